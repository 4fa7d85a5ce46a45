// Everything works without this. It only spares a person a second press of a button, looks again at what is being worked out, and opens what is folded before printing.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 3000);
  });
}
// What is being worked out is looked at again, but not while somebody writes on the page.
for (const waiting of document.querySelectorAll("[data-staithe-again]")) {
  const again = () => (document.activeElement?.matches("input, textarea") ? setTimeout(again, 3000) : location.replace(waiting.querySelector("a").href));
  setTimeout(again, Number(waiting.dataset.staitheAgain) * 1000);
}
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details:not([open])")) {
    details.open = true;
    details.dataset.wasShut = "1";
  }
});
addEventListener("afterprint", () => {
  for (const details of document.querySelectorAll("details[data-was-shut]")) {
    details.open = false;
    delete details.dataset.wasShut;
  }
});
