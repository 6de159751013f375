// "12 / 500" under a text that has a limit; the number turns amber near it.
function count(field) {
  const counter = document.getElementById(`${field.id}_count`);
  if (!counter) return;
  const used = [...field.value].length;
  counter.firstElementChild.textContent = String(used);
  counter.classList.toggle("is-near", used > field.maxLength * 0.9);
}

document.addEventListener("input", (event) => {
  if (event.target.maxLength > 0 && event.target.id) count(event.target);
});
