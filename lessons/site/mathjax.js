// Formulas are typeset by the copy of MathJax that the site brings, whose fonts lie beside it.
window.MathJax = {
  loader: {paths: {"mathjax-newcm": document.documentElement.dataset.content_root + "_static"}},
  options: {
    ignoreHtmlClass: "tex2jax_ignore",
    processHtmlClass: "math",
    enableMenu: false,
    enableSpeech: false, // would load a voice from another host
    enableBraille: false,
  },
  output: {displayOverflow: "scroll"},
};
