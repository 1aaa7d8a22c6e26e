// The map of topics: zoom, search, other colours. Without this script the map
// is a picture with links, and the table below it says the same.
(() => {
  const svg = document.getElementById("topicmap");
  const tools = document.getElementById("maptools");
  if (!svg || !tools) return;
  tools.hidden = false;
  const whole = svg.viewBox.baseVal;
  const all = { x: 0, y: 0, width: whole.width, height: whole.height };
  let view = { ...all };
  const texts = [...svg.querySelectorAll("text.label")];
  const marks = [...svg.querySelectorAll("text.mark")];
  const base = marks.map((mark) => Number(mark.getAttribute("font-size")));

  const draw = () => {
    svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
    const zoom = all.width / view.width;
    for (const text of texts) text.setAttribute("font-size", (13 / zoom ** 0.8).toFixed(2));
    marks.forEach((mark, at) => mark.setAttribute("font-size", (base[at] / zoom ** 0.3).toFixed(2)));
    for (const text of texts) {
      if (text.classList.contains("more")) text.setAttribute("display", zoom >= 2 ? "inline" : "none");
    }
  };
  const clamp = () => {
    view.width = Math.min(all.width, Math.max(all.width / 12, view.width));
    view.height = (view.width * all.height) / all.width;
    view.x = Math.min(all.width - view.width, Math.max(0, view.x));
    view.y = Math.min(all.height - view.height, Math.max(0, view.y));
    draw();
  };
  const zoom = (factor, x = view.x + view.width / 2, y = view.y + view.height / 2) => {
    const width = Math.min(all.width, Math.max(all.width / 12, view.width / factor));
    const share = width / view.width;
    view.x = x - (x - view.x) * share;
    view.y = y - (y - view.y) * share;
    view.width = width;
    clamp();
  };
  const on = (id, what) => document.getElementById(id).addEventListener("click", what);
  on("map-in", () => zoom(1.5));
  on("map-out", () => zoom(1 / 1.5));
  on("map-all", () => { view = { ...all }; clamp(); });

  const place = (event) => {
    const at = svg.getBoundingClientRect();
    return [
      view.x + ((event.clientX - at.left) / at.width) * view.width,
      view.y + ((event.clientY - at.top) / at.height) * view.height,
    ];
  };
  // The wheel alone scrolls the page; with Ctrl (or a pinch) it zooms.
  svg.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, ...place(event));
  }, { passive: false });
  let held = null;
  let moved = false;
  svg.addEventListener("pointerdown", (event) => { held = place(event); moved = false; });
  svg.addEventListener("pointermove", (event) => {
    if (!held || !(event.buttons & 1)) return;
    const [x, y] = place(event);
    if (Math.hypot(x - held[0], y - held[1]) < 4 && !moved) return;
    moved = true;
    view.x -= x - held[0];
    view.y -= y - held[1];
    clamp();
  });
  window.addEventListener("pointerup", () => { held = null; });
  // A drag that ends on a circle is no click on it.
  svg.addEventListener("click", (event) => { if (moved) event.preventDefault(); }, true);

  const find = document.getElementById("map-find");
  const found = document.getElementById("map-found");
  const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replaceAll("đ", "d");
  const topics = [...svg.querySelectorAll("g.topic")].map((group) => [group, plain(group.dataset.find)]);
  find.addEventListener("input", () => {
    const words = plain(find.value).split(/\s+/).filter(Boolean);
    let n = 0;
    for (const [group, text] of topics) {
      const hit = words.every((word) => text.includes(word));
      group.classList.toggle("dim", words.length > 0 && !hit);
      if (hit) n += 1;
    }
    found.textContent = words.length ? found.dataset.said.replace("{n}", n) : "";
  });

  const fields = [...new Set(topics.map(([group]) => group.dataset.field))].sort((a, b) => a - b);
  document.getElementById("map-colour").addEventListener("change", (event) => {
    const byField = event.target.value === "field";
    svg.classList.toggle("byfield", byField);
    for (const [group] of topics) {
      const hue = Math.round((fields.indexOf(group.dataset.field) * 360) / fields.length);
      group.querySelector("circle").style.fill = byField ? `hsl(${hue} 45% 72%)` : "";
    }
  });
})();
