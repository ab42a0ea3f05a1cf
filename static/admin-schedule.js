// In the form of a scheduled task in admin: says in words when the chosen crontab runs, below the choice.
(() => {
  const choice = document.querySelector('#id_crontab');
  const words = document.querySelector('#readable-crontabs');
  if (!choice || !words) return;
  const readable = JSON.parse(words.textContent);
  const told = document.createElement('div');
  told.className = 'help';
  told.id = 'crontab-in-words';
  told.setAttribute('role', 'status');
  choice.closest('.form-row').append(told);
  const tell = () => { told.textContent = readable[choice.value] ? `Runs: ${readable[choice.value]}` : ''; };
  // Admin's own windows for adding a crontab announce their choice through jQuery alone.
  window.django.jQuery(choice).on('change', tell);
  tell();
  document.querySelector('.field-crontab_translation')?.setAttribute('hidden', '');
})();
