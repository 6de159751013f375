// The guidance of a topic unfolds when its chip is chosen; without JavaScript all of it is readable.
function unfold(root) {
  for (const guide of root.querySelectorAll("[data-guide-for]")) {
    const chip = document.getElementById(guide.dataset.guideFor);
    guide.hidden = !(chip && chip.checked);
  }
}

document.addEventListener("change", (event) => {
  const group = event.target.closest(".chips");
  if (group) unfold(group);
});
document.addEventListener("htmx:afterSettle", (event) => unfold(event.target));
unfold(document);
