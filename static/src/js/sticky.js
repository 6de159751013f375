// Month headings stick under the child's sticky header, whose height depends on the child.
const header = document.querySelector(".person");

function measure() {
  const sticks = getComputedStyle(header).position === "sticky";
  const top = parseFloat(getComputedStyle(header).top) || 0;
  document.documentElement.style.setProperty("--stick", sticks ? `${Math.round(top + header.offsetHeight)}px` : "0px");
}

if (header && window.ResizeObserver) new ResizeObserver(measure).observe(header);
