// The page of the explorer: what is drawn, dragged and pressed. The mathematics is in splines.js.
"use strict";

const find = (id) => document.getElementById(id);
const edges = document.querySelectorAll(".edge"); // in the order of network()
const HEIGHTS = [-2.6, 2.6]; // of the vertical axis, which stays while something is dragged
const SNAP = 0.025; // a knot that comes so near to another one lies on it
const NARROWEST = 0.1; // the grid
const MOST_KNOTS = 60;
const DAMPING = 0.01; // of the Gauss-Newton step of the network, which is not linear in its c
const LONGER = 4; // are the arrows than the gradient step
const [DARK, LIGHT] = [[0, 34, 78], [254, 232, 56]]; // blue and yellow, also dark and light
const SAMPLES = range(49).map((n) => [(n % 7) / 3 - 1, Math.floor(n / 7) / 3 - 1]);
const KEYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, Home: -99, End: 99 };

// Seven splines, the first by itself, the others on the edges of the network; and what is shown.
let curves, chosen, targets, here, view, before, active, dragged;

function begin() {
  const even = (...ends) => ({ t: uniformKnots(ends, 5, 3), k: 3 });
  const [own, x1, x2, h1, h2] = [even(-1, 1), even(-1, 1), even(-1, 1), even(-2, 2), even(-2, 2)];
  curves = [
    { grid: own, c: [0.2, -0.6, 1.2, 1, -1.2, -0.4, 0.9, 0.5] },
    fitted(x1, (x) => x), fitted(x2, (x) => x), // h1 = x1 + x2
    fitted(x1, (x) => x), fitted(x2, (x) => -x), // h2 = x1 - x2
    fitted(h1, (h) => (h * h) / 4), fitted(h2, (h) => -(h * h) / 4), // y = x1 x2
  ];
  targets = [[-0.8, 0.9], [-0.3, 0.2], [0.1, -0.9], [0.5, -0.4], [0.9, 1.3]];
  here = 0.3;
  choose(0);
}

function choose(number) {
  [chosen, before, active] = [curves[number], null, null];
  view = [chosen.grid.t[0] - 0.1, chosen.grid.t.at(-1) + 0.1];
  draw("");
}

const shown = () => (chosen === curves[0] ? targets : []); // the network learns from SAMPLES

/** Return what is learned: inputs of the chosen spline, residuals r and their Jacobian J, the
 * learners whose c it is for, and where among all these the c of the chosen one begin. */
function problem() {
  if (chosen === curves[0]) {
    const r = targets.map(([x, y]) => spline(x, chosen) - y);
    const J = targets.map(([x]) => features(x, chosen.grid));
    return { x: targets.map(([x]) => x), r, J, learners: [chosen], start: 0 };
  }
  const [number, learners] = [curves.indexOf(chosen), curves.slice(1)];
  const found = SAMPLES.map((x) => network(x, learners));
  const x = found.map(({ h }, n) => (number > 4 ? h[number - 5] : SAMPLES[n][(number - 1) % 2]));
  const r = found.map(({ y }, n) => y - SAMPLES[n][0] * SAMPLES[n][1]);
  const start = curves.slice(1, number).flatMap(({ c }) => c).length;
  return { x, r, J: found.map(({ row }) => row), learners, start };
}

const gradientStep = (now) => lossAndGradient(now).dc.map((value) => -value);
const gaussNewton = ({ r, J, learners }) =>
  leastNorm(J, r.map((value) => -value), learners.length > 1 ? DAMPING : 0);

function learn(stepOf) {
  const now = problem();
  const step = stepOf(now);
  before = { ...chosen };
  let p = 0; // the number of a parameter among all that learn
  for (const curve of now.learners) curve.c = curve.c.map((value) => value + step[p++]);
  const [L, after] = [now, problem()].map((some) => lossAndGradient(some).L.toPrecision(3));
  draw(`L was ${L}, and is ${after}.`);
}

/** Convert the chosen spline, and with it all splines that have the same knots. */
function change(what, convert) {
  const { grid } = chosen;
  const mine = curves.filter((curve) => curve.grid === grid);
  const found = mine.map(convert);
  if (found[0].grid.t.length > MOST_KNOTS) return draw("These would be too many knots to see.");
  before = { grid: { ...grid }, c: chosen.c };
  mine.forEach((curve, i) => { curve.c = found[i].c; });
  Object.assign(grid, found[0].grid);
  const moved = pointsOn(grid, 50).map((x) => Math.abs(spline(x, chosen) - spline(x, before)));
  view = extent([...view, grid.t[0] - 0.1, grid.t.at(-1) + 0.1]);
  return draw(`${what}: largest change ${Math.max(...moved).toPrecision(1)}.`);
}

const insertHere = (curve) => insertKnot(clamp(here, endsOf(curve.grid)), curve);

function layEvenly([low, high]) {
  if (high - low < NARROWEST) return draw("The inputs lie too close for a grid.");
  const [G, k] = [find("G"), find("k")].map((box) => clamp(+box.value, [+box.min, +box.max]));
  const grid = { ...chosen.grid, t: uniformKnots([low, high], G, k), k };
  return change("Even knots", (curve) => fitted(grid, (x) => spline(x, curve)));
}

/** Return all handles of the chosen spline, and where they are. */
function handles() {
  const places = centers(chosen.grid);
  return [
    { kind: "x", number: 0, x: here, y: HEIGHTS[1] },
    ...shown().map(([x, y], number) => ({ kind: "target", number, x, y })),
    ...chosen.c.map((y, number) => ({ kind: "coefficient", number, x: places[number], y })),
    ...chosen.grid.t.map((x, number) => ({ kind: "knot", number, x, y: HEIGHTS[0] })),
  ];
}

/** Move knot j between its neighbors, so that the order stays, and return j. Of knots in one place
 * the outermost moves. */
function moveKnot(j, x) {
  const { t, k } = chosen.grid;
  while (x > t[j] && t[j + 1] === t[j]) j++;
  while (x < t[j] && t[j - 1] === t[j]) j--;
  const ends = [t[j - 1] ?? view[0] + 0.1, t[j + 1] ?? view[1] - 0.1];
  const moved = t.with(j, ends.find((end) => Math.abs(x - end) < SNAP) ?? clamp(x, ends));
  if (moved.at(-k - 1) - moved[k] > NARROWEST) chosen.grid.t = moved;
  return j;
}

/** Move the active handle to (x, y), as far as it can go. */
function move(x, y) {
  const { kind, number } = active;
  if (kind === "x") here = clamp(x, view);
  if (kind === "target") targets[number] = [clamp(x, view), clamp(y, HEIGHTS)];
  if (kind === "coefficient") chosen.c = chosen.c.with(number, clamp(y, HEIGHTS));
  if (kind === "knot") active = { kind, number: moveKnot(number, x) };
  before = null;
  draw("", chosen !== curves[0]);
}

function placeHandles() {
  const [layer, all] = [find("handles"), handles()];
  while (layer.children.length > all.length) layer.lastChild.remove();
  while (layer.children.length < all.length) layer.append(find("handle").cloneNode(true));
  all.forEach((handle, i) => {
    const { kind, number, x, y } = handle;
    const pile = kind === "knot" ? number - chosen.grid.t.indexOf(x) : 0; // knots in one place
    const g = Object.assign(layer.children[i], { handle, id: `${kind}-${number}` });
    g.firstElementChild.setAttribute("href", `#${kind}`);
    g.setAttribute("class", `handle ${kind}`);
    g.setAttribute("transform", `translate(${X(x)},${Y(y) + 14 * pile})`);
    g.setAttribute("aria-label", kind === "x" ? "the line at x" : `${kind} ${number}`);
    g.setAttribute("aria-valuenow", (kind === "coefficient" ? y : x).toFixed(3));
    g.setAttribute("aria-valuetext", `x ${x.toFixed(2)}, y ${y.toFixed(2)}`);
  });
}

/** Return the map from [low, high] to the pixels from start to stop, with its inverse. */
function scale([low, high], start, stop) {
  const factor = (stop - start) / (high - low);
  const back = (pixel) => low + (pixel - start) / factor;
  return Object.assign((value) => +(start + (value - low) * factor).toFixed(1), { back });
}

/** Return points {x, B} from low to high, piece by piece: at a knot the curve may jump. */
function sampled({ grid }, [low, high]) {
  const ends = [low, ...new Set(grid.t.filter((knot) => low < knot && knot < high)), high];
  const shares = range(17).map((n) => Math.min(n / 16, 1 - 1e-9)); // 1 is in the next piece
  const piece = (a, b) => shares.map((share) => a + (b - a) * share);
  return ends.slice(1).map((b, i) => piece(ends[i], b).map((x) => ({ x, B: features(x, grid) })));
}

const join = (kind, ...points) => `<path class="${kind}" d="M${points.join("L")}"/>`;
const draft = (kind, pieces, f, across = X, down = Y) =>
  pieces.map((piece) => join(kind, ...piece.map((at) => [across(at.x), down(f(at))]))).join("");

let X, Y; // from numbers to pixels
function drawPlot() {
  const { grid, c } = chosen;
  X = scale(view, 6, Math.max(find("plot").getBoundingClientRect().width, 50) - 6);
  Y = scale(HEIGHTS, 380, 14);
  const [[low, high], bottom, top] = [endsOf(grid).map(X), ...HEIGHTS.map(Y)];
  const [now, pieces, ticks] = [problem(), sampled(chosen, view), range(13).map((n) => n - 6)];
  const { dc } = lossAndGradient(now);
  const tip = (j) => c[j] - LONGER * dc[now.start + j];
  const weights = find("parts").checked ? c : c.map(() => 1);
  const marked = active?.kind === "coefficient" ? active.number : null;
  const bump = (_, j) => draft(j === marked ? "bump marked" : "bump",
    pieces.filter((piece) => piece[8].B[j]), ({ B }) => weights[j] * B[j]);
  const slope = ({ x }) => spline(x, chosen, 1);
  const steepest = Math.max(1, ...pieces.flat().map((at) => Math.ceil(Math.abs(slope(at)))));
  find("curves").innerHTML = [
    `<rect class="shade" x="${low}" y="${top}" width="${high - low}" height="${bottom - top}"/>`,
    join("axis", [0, Y(0)], [X(view[1]), Y(0)]),
    ...c.map(bump),
    draft("total", pieces, ({ B }) => dot(B, weights)),
    before ? draft("old", sampled(before, view), ({ B }) => dot(B, before.c)) : "",
    draft("spline", pieces, ({ B }) => dot(B, c)),
    ...shown().map(([x, y]) => join("miss", [X(x), Y(y)], [X(x), Y(spline(x, chosen))])),
    ...centers(grid).map((x, j) => join("arrow", [X(x), Y(c[j])], [X(x), Y(tip(j))])),
    join("here", [X(here), top], [X(here), bottom]),
    join("inputs", ...extent(now.x).map((x) => [X(x), bottom])),
    join("axis slope", [0, 510], [X(view[1]), 510]),
    draft("slope", pieces, slope, X, scale([-steepest, steepest], 570, 450)),
    ...ticks.map((n) => `<text text-anchor="middle" x="${X(n)}" y="${bottom - 12}">${n}</text>`),
    ...ticks.slice(4, 9).map((n) => `<text x="4" y="${Y(n) + 5}">${n}</text>`),
    `<text class="slope" x="4" y="444">slope, from -${steepest} to ${steepest}</text>`,
  ].join("");
}

function drawNetwork() {
  edges.forEach((edge, e) => {
    const [curve, ends] = [curves[e + 1], endsOf(curves[e + 1].grid)];
    edge.setAttribute("aria-current", curve === chosen);
    edge.lastElementChild.innerHTML = draft("spline", sampled(curve, ends),
      ({ B }) => dot(B, curve.c), scale(ends, 4, 68), scale(HEIGHTS, 56, 0));
  });
  const pen = find("square").getContext("2d");
  for (const [i, j] of range(441).map((n) => [n % 21, Math.floor(n / 21)])) {
    const y = clamp(network([i / 10 - 1, j / 10 - 1], curves.slice(1)).y, [-1, 1]);
    pen.fillStyle = `rgb(${DARK.map((dark, n) => dark + ((y + 1) / 2) * (LIGHT[n] - dark))})`;
    pen.fillRect(i, 20 - j, 1, 1);
  }
}

/** Draw everything, and say it in numbers. A message stays until something is moved. */
function draw(message = find("message").textContent, withNetwork = true) {
  const { grid, c } = chosen;
  for (const curve of curves) curve.grid.outside = find("fade").checked ? "fade" : "linear";
  drawPlot();
  placeHandles();
  if (withNetwork) drawNetwork();
  const x = grid.outside === "fade" ? here : clamp(here, endsOf(grid));
  const m = intervalOf(x, grid);
  const rows = rowsOf(x, grid).map((row, q) => row.slice(Math.max(m - q, 0), m + 1));
  const lines = rows.map((row) => row.map((B) => B.toFixed(3)).join("   "));
  find("triangle").textContent = lines.join("\n");
  find("title").textContent = edges[curves.indexOf(chosen) - 1]?.ariaLabel ?? "A spline by itself";
  const L = lossAndGradient(problem()).L.toPrecision(3);
  const s = `s(${here.toFixed(2)}) = ${spline(here, chosen).toFixed(3)}`;
  find("facts").textContent = `${grid.t.length} knots, ${c.length} coefficients, L = ${L}, ${s}`;
  find("message").textContent = message;
  [find("k").value, find("G").value] = [grid.k, c.length - grid.k];
}

const layer = find("handles");
layer.onpointerdown = ({ target, pointerId }) => {
  active = target.closest(".handle").handle;
  target.setPointerCapture(pointerId);
  dragged = pointerId;
};
layer.ontouchstart = (event) => event.preventDefault(); // CSS touch-action is for a whole svg
layer.onlostpointercapture = () => { dragged = null; };
layer.onpointermove = ({ clientX, clientY, pointerId }) => {
  const { left, top } = find("plot").getBoundingClientRect();
  if (pointerId === dragged) move(X.back(clientX - left), Y.back(clientY - top));
};
layer.onkeydown = (event) => {
  const step = 0.05 * KEYS[event.key];
  if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault(); // the page does not scroll
  active = event.target.handle;
  const { kind, x, y } = active;
  const up = kind === "coefficient" || (kind === "target" && /Up|Down/.test(event.key));
  move(up ? x : x + step, up ? y + step : y);
  find(`${kind}-${active.number}`).focus();
};
new ResizeObserver(() => draw()).observe(find("plot"));
begin();
