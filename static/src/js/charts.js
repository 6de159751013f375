// Dashboards only. Each <figure class="chart" data-chart="id-of-json"> has its table beside it as plain text.
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([AriaComponent, BarChart, GridComponent, LegendComponent, LineChart, SVGRenderer, TooltipComponent]);

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function draw(figure) {
  const given = document.getElementById(figure.dataset.chart);
  if (!given) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const text = { color: token("--ink-soft"), fontFamily: "inherit" };
  const chart = init(figure, null, { renderer: "svg" });
  chart.setOption({
    aria: { enabled: true, decal: { show: true } },
    animation: !still,
    color: ["--c-teal", "--c-ochre", "--c-plum", "--c-sky"].map(token),
    textStyle: text,
    grid: { left: 0, right: 0, top: 32, bottom: 0, containLabel: true },
    tooltip: { trigger: "axis", renderMode: "richText" },
    ...JSON.parse(given.textContent),
  });
  new ResizeObserver(() => chart.resize()).observe(figure);
}

document.querySelectorAll("[data-chart]").forEach(draw);
