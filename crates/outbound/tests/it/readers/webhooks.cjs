// Checks a webhook with npm's standardwebhooks and svix, and prints what each says.
// In: {"secret": whsec_…, "headers": {…}, "body": text}. Out: {"standardwebhooks": bool, "svix": bool}.
const readers = { standardwebhooks: require("standardwebhooks").Webhook, svix: require("svix").Webhook };

const { secret, headers, body } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const says = {};
for (const [name, Webhook] of Object.entries(readers)) {
  try {
    new Webhook(secret).verify(body, headers);
    says[name] = true;
  } catch (error) {
    // Both name their refusals so; anything else is a fault of this program.
    if (error.constructor.name !== "WebhookVerificationError") throw error;
    says[name] = false;
  }
}
process.stdout.write(JSON.stringify(says));
