// Comforts of the manifest page. It works without them.

// A chosen or dropped file is shown before it is sent, so that it can be read and planned.
for (const input of document.querySelectorAll("[data-fills]")) {
  const area = document.getElementById(input.dataset.fills);
  const fill = async (file) => {
    if (!file) return;
    area.value = await file.text();
    input.value = "";
  };
  input.addEventListener("change", () => fill(input.files[0]));
  area.addEventListener("dragover", (event) => event.preventDefault());
  area.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    fill(event.dataTransfer.files[0]);
  });
}

// A fault's line number selects that line.
for (const link of document.querySelectorAll("[data-line]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const area = document.getElementById("manifest");
    const lines = area.value.split("\n");
    const before = lines.slice(0, link.dataset.line - 1).join("\n").length;
    const start = before + (before ? 1 : 0);
    area.focus();
    area.setSelectionRange(start, start + (lines[link.dataset.line - 1] ?? "").length);
    area.scrollTop = Math.max(0, area.scrollHeight * ((link.dataset.line - 3) / lines.length));
  });
}
