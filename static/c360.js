// The behaviour of the portal: theme, copying, shortcuts. Reading needs none of it. Plain script, no build, safe under a strict CSP.
(() => {
  const root = document.documentElement;
  const find = selector => document.querySelector(selector);
  const announce = text => { find('#live').textContent = text; };

  find('#theme')?.addEventListener('click', () => {
    const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
    const next = (root.dataset.bsTheme ?? system) === 'dark' ? 'light' : 'dark';
    root.dataset.bsTheme = next;
    try {
      localStorage.setItem('theme', next);
    } catch {
      // the choice holds for this page only
    }
    announce(next === 'dark' ? 'Dark theme' : 'Light theme');
  });

  document.addEventListener('click', async event => {
    const button = event.target.closest('[data-copy]');
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      announce(`Copied ${button.dataset.copy}`);
    } catch {
      announce('Copying is not allowed here');
    }
  });

  const help = find('#help');
  find('#help-open')?.addEventListener('click', () => help.showModal());
  find('[data-close]')?.addEventListener('click', () => help.close());

  // The user menu closes like a menu: by Escape, or by a click elsewhere.
  const menu = find('.menu');
  document.addEventListener('click', event => { if (menu && !menu.contains(event.target)) menu.open = false; });
  menu?.addEventListener('keydown', event => {
    if (event.key !== 'Escape') return;
    menu.open = false;
    menu.querySelector('summary').focus();
  });

  // Shortcuts are heard by the document, so that a click into an empty area does not silence them.
  const goTo = section => {
    section.scrollIntoView({ block: 'start' });
    section.focus({ preventScroll: true });
  };
  const search = () => {
    const field = find('#start-q') ?? find('#q');
    field?.focus();
    field?.select();
  };
  let goPressedAt = 0;
  document.addEventListener('keydown', event => {
    if ((event.ctrlKey || event.metaKey) && event.key === 'k') {
      event.preventDefault();
      search();
      return;
    }
    const typing = /INPUT|TEXTAREA|SELECT/.test(document.activeElement.tagName);
    if (typing || event.ctrlKey || event.metaKey || event.altKey || root.dataset.keys === 'off') return;
    if (event.key === '/') {
      event.preventDefault();
      search();
    } else if (event.key === '?') {
      help?.showModal();
    } else if (event.key === 'g') {
      goPressedAt = Date.now();
    } else if (Date.now() - goPressedAt < 1200) {
      goPressedAt = 0;
      const section = find(`[data-key="${CSS.escape(event.key)}"]`);
      if (section) goTo(section);
    } else if (event.key === 'y') {
      find('#copy-key')?.click();
    }
  });
})();
