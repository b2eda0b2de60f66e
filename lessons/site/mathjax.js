// Formulas are typeset by the copy of MathJax that the site brings, whose fonts lie beside it.
window.MathJax = {
  loader: {paths: {"mathjax-newcm": document.documentElement.dataset.content_root + "_static"}},
  options: {
    ignoreHtmlClass: "tex2jax_ignore",
    processHtmlClass: "math",
    enableMenu: false,
    // MathJax would fetch a voice that reads formulas. A screen reader reads their TeX instead.
    menuOptions: {settings: {enrich: false, speech: false, braille: false}},
    renderActions: {
      name: [200, page => {
        for (const formula of page.math) {
          formula.typesetRoot.setAttribute("role", "img");
          formula.typesetRoot.setAttribute("aria-label", formula.math);
        }
      }, ""],
    },
  },
  output: {displayOverflow: "scroll"},
};
