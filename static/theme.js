// Runs before the first paint: the theme a person chose last on this device, and a mark that scripts run.
// Without it, or without a choice, the page follows the system's theme by CSS alone.
(() => {
  const root = document.documentElement;
  root.classList.add('js');
  try {
    const chosen = localStorage.getItem('theme');
    if (chosen === 'light' || chosen === 'dark') root.dataset.bsTheme = chosen;
  } catch {
    // storage is closed to us, as in some embedded frames: the system's theme it is
  }
})();
