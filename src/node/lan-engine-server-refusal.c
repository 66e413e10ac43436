/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What the server's refusals and the directory's warnings mean for a person. */
#include "lan-engine-server-private.h"

#include <string.h>

static const struct {
  LanRefusal refusal;
  LanNodeError error;
  const char *text;
} refusals[] = {
  { LAN_REFUSAL_NONE, LAN_NODE_ERROR_SERVER_AWAY,
    "No server with the expected key answers there. Check address and network; if they are right, "
    "ask your administrator for a new link." },
  { LAN_REFUSAL_PROTOCOL, LAN_NODE_ERROR_FAILED,
    "The server did not understand this program. Bring both to the newest version." },
  { LAN_REFUSAL_VERSION, LAN_NODE_ERROR_NEWER,
    "The server speaks another version of the protocol: bring this program to the newest "
    "version." },
  { LAN_REFUSAL_CREDENTIALS, LAN_NODE_ERROR_CREDENTIALS,
    "Login, password or invitation are not right. An invitation works once and for a limited time: "
    "ask your administrator for a new one." },
  { LAN_REFUSAL_RATE, LAN_NODE_ERROR_SERVER_AWAY,
    "Too many attempts in a short time: wait a while." },
  { LAN_REFUSAL_BUSY, LAN_NODE_ERROR_SERVER_AWAY,
    "The server has too much to do just now: try again in a moment." },
  { LAN_REFUSAL_UNKNOWN, LAN_NODE_ERROR_REFUSED,
    "The server does not know this computer any more. Leave it and join again with a new "
    "invitation." },
  { LAN_REFUSAL_RIGHTS, LAN_NODE_ERROR_REFUSED, "This is not allowed for this account." },
  { LAN_REFUSAL_SUSPENDED, LAN_NODE_ERROR_REFUSED,
    "The account is suspended: ask your administrator." },
  { LAN_REFUSAL_LEFT, LAN_NODE_ERROR_REFUSED, "The account has been closed." },
  { LAN_REFUSAL_REVOKED, LAN_NODE_ERROR_REFUSED,
    "This computer was taken off the account. Join again with a new invitation." },
  { LAN_REFUSAL_KEY_CONFLICT, LAN_NODE_ERROR_REFUSED,
    "The account belongs to another key: use the computer that joined with it, or ask your "
    "administrator for an invitation that replaces the key." },
  { LAN_REFUSAL_LOGIN_TAKEN, LAN_NODE_ERROR_REFUSED,
    "Somebody else has this login: take another." },
  { LAN_REFUSAL_LIST, LAN_NODE_ERROR_REFUSED,
    "The server knows a newer list of this account's computers: was this profile put back from a "
    "copy? Start the newest one." },
  { LAN_REFUSAL_IDENTITY, LAN_NODE_ERROR_REFUSED,
    "The server does not accept this profile's certificate: check date and time on this "
    "computer." },
  { LAN_REFUSAL_STORAGE, LAN_NODE_ERROR_SERVER_AWAY,
    "The server cannot write to its disk: tell your administrator." },
  { LAN_REFUSAL_STOPPING, LAN_NODE_ERROR_SERVER_AWAY, "The server is being restarted." },
  { LAN_REFUSAL_REPLACED, LAN_NODE_ERROR_REFUSED,
    "Another program is connected with the keys of this profile. Close the other one." },
};

char *
lan_server_refusal_text (guint32 refusal, guint32 retry_ms)
{
  const char *text = "The server refuses. Bring this program to the newest version, or ask your "
                     "administrator.";

  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++) {
    if (refusals[i].refusal == refusal)
      text = refusals[i].text;
  }
  if (retry_ms < 2000)
    return g_strdup (text);
  if (retry_ms < 120000)
    return g_strdup_printf ("%s Again in %u seconds.", text, (retry_ms + 999) / 1000);
  return g_strdup_printf ("%s Again in %u minutes.", text, (retry_ms + 59999) / 60000);
}

LanNodeError
lan_server_refusal_error (guint32 refusal)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++) {
    if (refusals[i].refusal == refusal)
      return refusals[i].error;
  }
  return LAN_NODE_ERROR_REFUSED;
}

const char *
lan_server_warning_text (const char *code)
{
  if (strcmp (code, "equivocation") == 0)
    return "The server shows different people different directories. Do not trust names it has "
           "shown since; tell your administrator. What proves it is kept in the profile's folder.";
  if (strcmp (code, "rollback") == 0)
    return "The server shows an older directory than before. Who has left may look as if they were "
           "still there; tell your administrator.";
  if (strcmp (code, "broken") == 0 || strcmp (code, "forged") == 0)
    return "The server sent a directory that the company's keys did not sign. It was not taken; "
           "tell "
           "your administrator.";
  if (strcmp (code, "server-key") == 0)
    return "The server named a key for itself that the company's key did not sign, or an older "
           "one. "
           "It was not taken; tell your administrator.";
  return "The directory is older than a week: whoever has joined or left since is not known here.";
}
