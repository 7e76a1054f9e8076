// Signs a webhook as a provider's own library does. Input: one JSON argument. Output: the headers, as one line of JSON.
import { sign as signGitHub } from "@octokit/webhooks-methods";
import { Webhook as StandardWebhook } from "standardwebhooks";
import Stripe from "stripe";
import { Webhook as SvixWebhook } from "svix";
import twilio from "twilio";

const { library, secret, body, time, url, fields } = JSON.parse(process.argv[2]);

const list = (name, webhook) => ({
  [`${name}-id`]: "msg_1",
  [`${name}-timestamp`]: String(time),
  [`${name}-signature`]: webhook.sign("msg_1", new Date(time * 1000), body),
});

const libraries = {
  stripe: () => ({
    "Stripe-Signature": new Stripe("sk_test_x").webhooks.generateTestHeaderString({ payload: body, secret, timestamp: time }),
  }),
  github: async () => ({ "X-Hub-Signature-256": await signGitHub(secret, body) }),
  "standard-webhooks": () => list("webhook", new StandardWebhook(secret)),
  svix: () => list("svix", new SvixWebhook(secret)),
  twilio: () => ({ "X-Twilio-Signature": twilio.getExpectedTwilioSignature(secret, url, fields) }),
};

console.log(JSON.stringify(await libraries[library]()));
