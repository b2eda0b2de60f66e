// B-splines, one point at a time, in the letters of the course: knots t, coefficients c, degree k.
"use strict";

const range = (n) => [...Array(n).keys()];
const sum = (values) => values.reduce((total, value) => total + value, 0);
const dot = (a, b) => a.reduce((total, value, i) => total + value * b[i], 0);
const extent = (values) => [Math.min(...values), Math.max(...values)];
const clamp = (x, [low, high]) => Math.min(Math.max(x, low), high);
const endsOf = ({ t, k }) => [t[k], t.at(-k - 1)]; // of the grid

/** Return G + 2k + 1 knots: G even intervals from low to high, and k knots more at each end. */
function uniformKnots([low, high], G, k) {
  const t = range(G + 2 * k + 1).map((j) => low + ((high - low) / G) * (j - k));
  return t.with(k, low).with(G + k, high); // exactly
}

/** Return m with t_m <= x < t_{m+1}, or -1. The grid's last interval is closed (lesson 02b). */
function intervalOf(x, { t, k }) {
  if (x === t.at(-k - 1)) return t.findLastIndex((knot) => knot < x);
  return t.findIndex((knot, m) => knot <= x && x < t[m + 1]);
}

/** Return the rows of degree 0 ... k, all B_{j,q}(x) in row q; the last d of them differentiate.
 *
 * Cox and de Boor, lesson 02a, with D_{j,q} = B_{j,q} / (t_{j+q+1} - t_j) as in lesson 03a:
 *     B_{j,q}  = (x - t_j) D_{j,q-1} + (t_{j+q+1} - x) D_{j+1,q-1}
 *     B'_{j,q} = q (D_{j,q-1} - D_{j+1,q-1})
 * The numbers m - q ... m of the rows form the triangle. All others are zero.
 */
function rowsOf(x, grid, d = 0) {
  const { t, k } = grid;
  const m = intervalOf(x, grid);
  const rows = [t.slice(1).map((_, j) => (j === m ? 1 : 0))]; // one box holds x
  for (let q = 1; q <= k; q++) {
    const D = rows[q - 1].map((B, j) => (B ? B / (t[j + q] - t[j]) : 0)); // no width, no bump
    const raised = (next, j) => (x - t[j]) * D[j] + (t[j + q + 1] - x) * next;
    const differentiated = (next, j) => q * (D[j] - next);
    rows.push(D.slice(1).map(q > k - d ? differentiated : raised));
  }
  return rows;
}

/** Return all G + k bumps at x, or their d-th derivatives. Outside the grid they fade. */
const basis = (x, grid, d = 0) => rowsOf(x, grid, d)[grid.k].map((B) => (d > grid.k ? 0 : B));

/** Return the bumps as edges use them: beyond the grid along their tangents, unless they fade. */
function features(x, grid, d = 0) {
  const end = clamp(x, endsOf(grid));
  if (grid.outside === "fade" || x === end) return basis(x, grid, d);
  const slopes = basis(end, grid, 1);
  if (d > 0) return slopes.map((slope) => (d === 1 ? slope : 0));
  return basis(end, grid).map((B, j) => B + slopes[j] * (x - end));
}

const spline = (x, { grid, c }, d = 0) => dot(features(x, grid, d), c);

/** Return where the coefficients stand: those of a straight line are its values at these places. */
function centers({ t, k }) {
  const inner = (j) => (k ? t.slice(j + 1, j + k + 1) : [t[j], t[j + 1]]);
  return range(t.length - k - 1).map((j) => sum(inner(j)) / (k || 2));
}

/** Boehm's step (lesson 03c): one more knot u on the grid, and the same spline. */
function insertKnot(u, { grid, c }) {
  const { t, k } = grid;
  const m = intervalOf(u, grid);
  const averages = range(k).map((i) => {
    const j = m - k + 1 + i;
    const a = (u - t[j]) / (t[j + k] - t[j]);
    return (1 - a) * c[j - 1] + a * c[j];
  });
  const knots = [...t.slice(0, m + 1), u, ...t.slice(m + 1)];
  return { grid: { ...grid, t: knots }, c: [...c.slice(0, m - k + 1), ...averages, ...c.slice(m)] };
}

/** Return count points in every interval of the grid. */
function pointsOn({ t, k }, count) {
  const grid = t.slice(k, t.length - k);
  const inside = (low, high) => range(count).map((n) => low + ((high - low) * (n + 0.5)) / count);
  return grid.slice(1).flatMap((high, i) => (grid[i] < high ? inside(grid[i], high) : []));
}

/** Insert a knot in the middle of every interval of the grid. */
const halve = (curve) => pointsOn(curve.grid, 1).reduce((now, u) => insertKnot(u, now), curve);

/** Return the spline on other knots that is nearest at many points of their grid (lesson 03b). */
function fitted(grid, f) {
  const x = pointsOn(grid, 2 * grid.k + 6);
  return { grid, c: leastNorm(x.map((value) => basis(value, grid)), x.map(f)) };
}

/** Raise the degree by one, and have every knot of the grid once more, so that the spline may be
 * as rough there as it was. Then the nearest one is the same function on the grid. */
function raiseDegree(curve) {
  const { t, k } = curve.grid;
  const again = new Set(t.slice(k, t.length - k));
  const grid = { ...curve.grid, t: [...t, ...again].sort((a, b) => a - b), k: k + 1 };
  return fitted(grid, (x) => spline(x, curve));
}

/** Return the c of smallest |A c - b|^2 + damping |c|^2; if there are many, the shortest.
 *
 * Two columns of A at a time are turned until all are perpendicular (Jacobi). Then the normal
 * equations (A^T A + damping) z = A^T b are diagonal, and what they do not determine becomes zero.
 * V, which is turned along, leads from z to c. This is the singular value decomposition of A.
 */
function leastNorm(A, b, damping = 0) {
  const U = A[0].map((_, j) => A.map((row) => row[j])); // the columns of A
  const V = U.map((_, i) => U.map((_, j) => (i === j ? 1 : 0)));
  const pairs = U.flatMap((_, q) => range(q).map((p) => [p, q]));
  for (let sweep = 0; sweep < 25; sweep++) {
    for (const [p, q] of pairs) {
      const [pp, qq, pq] = [dot(U[p], U[p]), dot(U[q], U[q]), dot(U[p], U[q])];
      if (Math.abs(pq) <= 1e-15 * Math.sqrt(pp * qq)) continue;
      const angle = Math.atan2(2 * pq, qq - pp) / 2;
      const turned = (a, b, sine) => a.map((value, i) => Math.cos(angle) * value + sine * b[i]);
      const sine = Math.sin(angle);
      for (const X of [U, V]) [X[p], X[q]] = [turned(X[p], X[q], -sine), turned(X[q], X[p], sine)];
    }
  }
  const squares = U.map((u) => dot(u, u));
  const least = 1e-24 * Math.max(...squares);
  const z = U.map((u, j) => (squares[j] > least ? dot(u, b) / (squares[j] + damping) : 0));
  return V[0].map((_, i) => sum(V.map((v, j) => z[j] * v[i])));
}

/** Return L, the mean square of the residuals r, and its gradient dL/dc from their Jacobian J. */
function lossAndGradient({ r, J }) {
  const dc = J[0].map((_, p) => (2 / r.length) * sum(r.map((value, n) => value * J[n][p])));
  return { L: dot(r, r) / r.length, dc };
}

/** Return y, h and the row dy/dc of a network [2,2,1] at one point (lessons 04a and 05b).
 *
 * Its six splines: from x_1 and from x_2 to h_1, from x_1 and from x_2 to h_2, from h_1, h_2 to y.
 */
function network(x, splines) {
  const B = splines.slice(0, 4).map(({ grid }, e) => features(x[e % 2], grid));
  const h = [0, 2].map((e) => dot(B[e], splines[e].c) + dot(B[e + 1], splines[e + 1].c));
  const A = h.map((value, m) => features(value, splines[4 + m].grid));
  const slopes = h.map((value, m) => spline(value, splines[4 + m], 1));
  const below = B.flatMap((values, e) => values.map((value) => slopes[e >> 1] * value));
  return { h, y: dot(A[0], splines[4].c) + dot(A[1], splines[5].c), row: [...below, ...A.flat()] };
}
