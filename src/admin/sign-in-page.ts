/** The sign-in page, without scripts or external resources. */
export function signInPage(message: string | undefined, next: string): string {
  const alert = message === undefined ? '' : `<p role="alert">${message}</p>`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in to Penstock</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; min-height: 100vh; display: grid; place-items: center; }
main { width: min(22rem, 90vw); }
h1 { font-size: 1.25rem; }
label, input, button { display: block; width: 100%; box-sizing: border-box; font: inherit; }
input, button { margin-top: .25rem; padding: .5rem; }
button { margin-top: 1rem; cursor: pointer; }
[role=alert] { border-left: .25rem solid #c62828; padding-left: .75rem; }
</style>
<main>
<h1>Sign in to Penstock</h1>
${alert}
<form method="post">
<label for="token">Admin token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<input type="hidden" name="next" value="${next}">
<button>Sign in</button>
</form>
</main>
</html>
`;
}

/** Allows a browser only to show the page and to send its form. */
export const signInPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
