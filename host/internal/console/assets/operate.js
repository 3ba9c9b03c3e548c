'use strict';

// A form that takes a while says so, and is sent once.
for (const form of document.querySelectorAll('form[data-busy]')) {
  form.addEventListener('submit', (event) => {
    if (form.getAttribute('aria-busy') === 'true') {
      event.preventDefault();
      return;
    }
    form.setAttribute('aria-busy', 'true');
    const button = event.submitter;
    if (button) {
      button.dataset.said = button.textContent;
      button.textContent = form.dataset.busy;
    }
  });
}

// A page that comes back from the browser's memory is not busy.
addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[aria-busy]')) {
    form.removeAttribute('aria-busy');
    for (const button of form.querySelectorAll('[data-said]')) {
      button.textContent = button.dataset.said;
    }
  }
});

// Where the browser lets a page write to the clipboard, a text can be copied.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll('[data-copy]')) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = button.dataset.done;
    });
  }
}
