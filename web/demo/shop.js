// What a site may say to the widget is one object.
document.querySelector("#ask").addEventListener("click", () => window.Docket?.open());
