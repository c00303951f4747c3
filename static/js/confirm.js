// Asks before a deed that cannot be taken back; without this module the server asks.
export function bind(form) {
  form.addEventListener(
    "submit",
    (event) => {
      if (form.dataset.sure) return;
      event.preventDefault();
      ask(form.dataset.confirm, form.dataset.confirmYes, form.dataset.confirmNo).then((yes) => {
        if (!yes) return;
        form.dataset.sure = "1";
        const answer = Object.assign(document.createElement("input"), {
          type: "hidden",
          name: "confirm",
          value: "yes",
        });
        form.append(answer);
        form.querySelector("button[name=confirm]")?.removeAttribute("name");
        form.requestSubmit();
      });
    },
    { capture: true },
  );
}

function ask(question, yes, no) {
  const dialog = document.createElement("dialog");
  const text = Object.assign(document.createElement("h2"), {
    textContent: question,
    id: "confirm-question",
  });
  dialog.setAttribute("aria-labelledby", text.id);
  const foot = Object.assign(document.createElement("div"), { className: "form-foot" });
  const refuse = Object.assign(document.createElement("button"), {
    className: "button plain",
    textContent: no,
    autofocus: true,
  });
  const agree = Object.assign(document.createElement("button"), {
    className: "button sure",
    textContent: yes,
    value: "yes",
  });
  foot.append(refuse, agree);
  dialog.append(text, foot);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    refuse.addEventListener("click", () => dialog.close(""));
    agree.addEventListener("click", () => dialog.close("yes"));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
