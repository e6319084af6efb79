// Resumable upload (tus 1.0). The form keeps working as an ordinary upload when this does not load.
// <form data-tus="/desk/uploads" data-texts="…"> with one <input type="file"> and a hidden <input name="upload">. The
// other fields travel along as metadata; when all bytes are there the form itself is posted, without the file.
import { Upload } from "tus-js-client";

interface Texts { progress: string; paused: string; failed: string; resume: string; pause: string }

function start(form: HTMLFormElement): void {
  const input = form.querySelector<HTMLInputElement>("input[type=file]");
  const bar = form.querySelector<HTMLProgressElement>("progress");
  const status = form.querySelector<HTMLElement>("[data-upload-status]");
  const toggle = form.querySelector<HTMLButtonElement>("[data-upload-toggle]");
  const finished = form.querySelector<HTMLInputElement>("input[name=upload]");
  if (!input || !bar || !status || !toggle || !finished || !form.dataset.tus) return;
  const texts = JSON.parse(form.dataset.texts ?? "{}") as Texts;
  let upload: Upload | undefined;
  let running = false;

  const show = (isRunning: boolean, text: string): void => {
    running = isRunning;
    status.textContent = text;
    toggle.hidden = false;
    (toggle.querySelector("span") ?? toggle).textContent = isRunning ? texts.pause : texts.resume;
  };

  toggle.addEventListener("click", () => {
    if (!upload) return;
    if (running) void upload.abort().then(() => show(false, texts.paused));
    else { upload.start(); show(true, ""); }
  });

  form.addEventListener("submit", (event) => {
    const file = input.files?.[0];
    if (!file) return;
    event.preventDefault();
    bar.hidden = false;
    const token = form.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
    upload = new Upload(file, {
      endpoint: form.dataset.tus,
      chunkSize: 16 * 1024 * 1024,
      retryDelays: [0, 1000, 3000, 5000, 10_000, 30_000],
      headers: { "X-CSRFToken": token },
      metadata: { ...fields(form), filename: file.name },
      removeFingerprintOnSuccess: true,
      onProgress(sent, total) {
        bar.value = total ? sent / total : 1;
        status.textContent = texts.progress.replace("{percent}", String(Math.floor(bar.value * 100)));
      },
      onError: () => show(false, texts.failed),
      onSuccess() {
        finished.value = upload?.url?.split("/").pop() ?? "";
        input.disabled = true;
        form.submit();
      },
    });
    void upload.findPreviousUploads().then((earlier) => {
      if (earlier[0]) upload?.resumeFromPreviousUpload(earlier[0]);
      upload?.start();
      show(true, "");
    });
  });
}

/** What else was filled in; the token travels in a header. */
function fields(form: HTMLFormElement): Record<string, string> {
  const told = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && value !== "" && name !== "csrfmiddlewaretoken");
  return Object.fromEntries(told) as Record<string, string>;
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-tus]")) start(form);
