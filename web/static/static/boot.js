// Runs before the first paint: what was chosen for theme and language holds from the first pixel on.
(function () {
  var root = document.documentElement;
  try {
    var theme = localStorage.getItem("docket.theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    var locale = localStorage.getItem("docket.locale") || (navigator.language || "en").split("-")[0];
    if (["en", "de", "es", "id", "ar"].indexOf(locale) < 0) locale = "en";
    root.lang = locale;
    root.dir = locale === "ar" ? "rtl" : "ltr";
  } catch (_) {
    // Storage may be forbidden; then the system's theme and English hold.
  }
})();
