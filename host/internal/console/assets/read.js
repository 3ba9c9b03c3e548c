'use strict';

// Reads a card without leaving the page. Without this script the form works all the same. Nothing is kept: pictures and results are
// gone with the page.
(() => {
  const at = (id) => document.getElementById(id);
  const form = at('reading'), zone = at('zone'), image = at('image'), result = at('result'), progress = at('progress').firstElementChild;
  document.documentElement.classList.add('scripted');
  if (navigator.clipboard) document.documentElement.classList.add('copies');

  let picture = '';         // address of the chosen picture, within this page
  let asking = null;        // ends the request that is under way

  // The picture.

  const choose = (file) => {
    if (!file) return;
    const files = new DataTransfer();
    files.items.add(file);
    image.files = files.files;
    chosen();
  };

  const chosen = () => {
    const file = image.files[0], preview = at('preview'), shown = preview.querySelector('img');
    asking?.abort('another picture');
    result.replaceChildren();
    URL.revokeObjectURL(picture);
    picture = file ? URL.createObjectURL(file) : '';
    form.classList.toggle('chosen', Boolean(file));
    form.classList.remove('done');
    preview.hidden = !file;
    at('invite').hidden = Boolean(file);
    shown.hidden = false;
    preview.querySelector('p').hidden = true;
    shown.removeAttribute('src');
    if (!file) return;
    shown.src = picture;
    preview.querySelector('figcaption').textContent = `${file.name} · ${Math.max(1, Math.round(file.size / 1024))} KB`;
    if (file.size > Number(form.dataset.limit)) say('large');
  };

  at('preview').querySelector('img').addEventListener('error', (e) => {
    e.target.hidden = true;
    at('preview').querySelector('p').hidden = false;
  });
  image.addEventListener('change', chosen);
  for (const name of ['dragenter', 'dragover']) {
    document.addEventListener(name, (e) => {
      e.preventDefault();
      zone.classList.add('over');
    });
  }
  for (const name of ['dragleave', 'drop']) {
    document.addEventListener(name, (e) => {
      e.preventDefault();
      zone.classList.remove('over');
    });
  }
  document.addEventListener('drop', (e) => choose(e.dataTransfer.files[0]));
  document.addEventListener('paste', (e) => choose(e.clipboardData.files[0]));
  if (matchMedia('(pointer: coarse)').matches) at('camera').classList.add('there');
  at('camera').addEventListener('click', () => {
    image.setAttribute('capture', 'environment');
    image.click();
    image.removeAttribute('capture');
  });
  at('specimen').addEventListener('click', async (e) => {
    e.preventDefault();
    try {
      const answer = await fetch(e.currentTarget.href);
      choose(new File([await answer.blob()], 'specimen.jpg', { type: 'image/jpeg' }));
    } catch {
      say('network');
    }
    at('go').focus();
  });

  // What it may cost.

  const route = at('route'), provider = at('provider');
  const price = () => {
    route.disabled = provider.value !== '';
    at('cost').value = (provider.value ? provider : route).selectedOptions[0]?.dataset.cost ?? '';
  };
  route.addEventListener('change', price);
  provider.addEventListener('change', price);
  price();

  // Reading.

  const say = (what) => show(at(`say-${what}`).content.cloneNode(true));

  const show = (content) => {
    result.replaceChildren(content);
    const figure = at('figure');
    for (const i of result.querySelectorAll('image')) i.setAttribute('href', picture);
    figure?.querySelector('image').addEventListener('error', () => { at('broken').hidden = false; });
    form.classList.toggle('done', Boolean(figure));
    const headline = result.querySelector('h1, h2');
    headline?.setAttribute('tabindex', '-1');
    headline?.focus({ preventScroll: true });
    result.scrollIntoView({ block: 'start' });
  };

  form.addEventListener('submit', async (e) => {
    e.preventDefault();
    if (asking && !asking.signal.aborted) return;
    if (image.files[0].size > Number(form.dataset.limit)) {
      say('large');
      return;
    }
    const mine = asking = new AbortController();
    const began = performance.now();
    const tick = () => { at('elapsed').textContent = `${Math.floor((performance.now() - began) / 1000)} s`; };
    const ticking = setInterval(tick, 1000);
    tick();
    result.replaceChildren();
    progress.hidden = false;
    at('cancel').focus();
    at('go').disabled = true;
    try {
      const answer = await fetch(form.action, { method: 'POST', body: new FormData(form), headers: { 'X-Fragment': '1' }, signal: mine.signal });
      if (!answer.headers.get('Content-Type')?.startsWith('text/html')) throw new Error('this is not the console');
      show(document.createRange().createContextualFragment(await answer.text()));
    } catch {
      if (!mine.signal.aborted) say('network');
      else if (mine.signal.reason === 'cancelled') say('cancelled');
    } finally {
      clearInterval(ticking);
      if (asking === mine) {
        asking = null;
        progress.hidden = true;
        at('go').disabled = false;
      }
    }
  });
  at('cancel').addEventListener('click', () => asking?.abort('cancelled'));

  // The result.

  const highlight = (field) => {
    for (const x of result.querySelectorAll('[data-field]')) x.classList.toggle('on', x.dataset.field === field);
  };
  for (const name of ['pointerover', 'focusin']) {
    result.addEventListener(name, (e) => highlight(e.target.closest('[data-field]')?.dataset.field));
  }
  result.addEventListener('pointerleave', () => highlight());

  result.addEventListener('click', async (e) => {
    const button = e.target.closest('button');
    if (button?.dataset.copy) {
      try {
        await navigator.clipboard.writeText(button.dataset.copy);
        at('said').textContent = button.textContent = at('say-copied').content.textContent;
      } catch {
        // The browser does not allow it; the value can be selected all the same.
      }
    } else if (button?.id === 'turn') {
      turn(at('figure'));
    } else if (button?.id === 'save') {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([at('json').textContent], { type: 'application/json' }));
      link.download = 'recognition.json';
      link.click();
      URL.revokeObjectURL(link.href);
    }
  });

  // turn turns the picture by a quarter, clockwise; the numbers stay upright.
  const turn = (figure) => {
    const [, , width, height] = figure.getAttribute('viewBox').split(' ');
    const turned = figure.querySelector('.turned');
    figure.setAttribute('viewBox', `0 0 ${height} ${width}`);
    turned.setAttribute('transform', `matrix(0 1 -1 0 ${height} 0) ${turned.getAttribute('transform') ?? ''}`);
    for (const g of figure.querySelectorAll('.unturned')) g.setAttribute('transform', `rotate(-90) ${g.getAttribute('transform') ?? ''}`);
  };
})();
