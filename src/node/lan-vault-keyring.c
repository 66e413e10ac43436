/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The slot key of a vault in the system's Secret Service. The entry is named by the slot's salt, so
 * that several profiles do not meet. Blocks, also while a person types the keyring's password:
 * workers only. Where nothing answers, the calls fail at once.
 */
#include "lan-vault-private.h"

#include <libsecret/secret.h>

static const SecretSchema schema = {
  "org.lanyard.Profile",
  SECRET_SCHEMA_NONE,
  { { "slot", SECRET_SCHEMA_ATTRIBUTE_STRING } },
};

static char *
name_of (const LanKeySlot *slot)
{
  return lan_hex_encode (slot->salt, sizeof slot->salt);
}

static gboolean
fail (GError **error, const char *what, const GError *cause)
{
  g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_KEYRING,
               "the system's keyring %s%s%s: unlock it and try again", what,
               cause != NULL ? ": " : "", cause != NULL ? cause->message : "");
  return FALSE;
}

gboolean
lan_keyring_lookup (const LanKeySlot *slot, guint8 key[LAN_KEY_BYTES], GError **error)
{
  g_autofree char *name = name_of (slot);
  g_autoptr (GError) cause = NULL;
  char *hex = secret_password_lookup_sync (&schema, NULL, &cause, "slot", name, NULL);
  gboolean ok;

  if (hex == NULL)
    return fail (error, cause != NULL ? "cannot be asked" : "does not hold this profile's key",
                 cause);
  ok = lan_hex_decode (hex, key, LAN_KEY_BYTES);
  secret_password_free (hex);
  return ok || fail (error, "holds something else under this profile's name", NULL);
}

gboolean
lan_keyring_store (const LanKeySlot *slot, const guint8 key[LAN_KEY_BYTES], GError **error)
{
  g_autofree char *name = name_of (slot);
  g_autoptr (GError) cause = NULL;
  char *hex = lan_hex_encode (key, LAN_KEY_BYTES);
  gboolean ok = secret_password_store_sync (&schema, SECRET_COLLECTION_DEFAULT, "Lanyard profile",
                                            hex, NULL, &cause, "slot", name, NULL);

  lan_secret_wipe (hex, strlen (hex));
  g_free (hex);
  return ok || fail (error, "does not take the key", cause);
}

void
lan_keyring_forget (const LanKeySlot *slot)
{
  g_autofree char *name = name_of (slot);
  g_autoptr (GError) error = NULL;

  if (!secret_password_clear_sync (&schema, NULL, &error, "slot", name, NULL))
    g_info ("the keyring still holds an old key: %s", error != NULL ? error->message : "not there");
}
