/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The organisation's key file: made, opened. The root signs issuer keys and is used seldom; what is
 * done with it day by day is in lan-hub-org-tool.c.
 */
#include "lan-hub-cli.h"

#include "lan-key-store.h"
#include "lan-random-system.h"
#include "lan-safety.h"

#include <glib/gi18n.h>

char *
lan_hub_org_words (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < 12; i++) {
    g_autofree char *word =
        lan_word_dup (LAN_WORDS_ENGLISH, lan_random_below (lan_random_system (), 2048));

    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", word);
  }
  return g_strdup (text->str);
}

static gboolean
stretch (const LanKeySlot *slot, const char *passphrase, guint8 out[LAN_KEY_BYTES], GError **error)
{
  if (lan_key_stretch (slot, passphrase, out) == LAN_STATUS_OK)
    return TRUE;
  g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_IO, "%s",
               _ ("there is not enough free memory to check a passphrase: 256 MiB are needed"));
  return FALSE;
}

LanOrgKey *
lan_hub_org_new (const char *path, const char *passphrase, GError **error)
{
  g_autoptr (LanOrgKey) key = NULL;
  g_autoptr (GBytes) bytes = NULL;
  guint8 stretched[LAN_KEY_BYTES];
  LanKeySlot slot;

  if (g_file_test (path, G_FILE_TEST_EXISTS)) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_EXISTS,
                 _ ("%s exists: a key is never written over another"), path);
    return NULL;
  }
  lan_crypto_init ();
  key = lan_org_key_new (lan_random_system ());
  lan_key_slot_prepare (&slot, LAN_KEY_SLOT_PASSPHRASE, lan_random_system ());
  if (!stretch (&slot, passphrase, stretched, error))
    return NULL;
  bytes = lan_org_key_save (key, &slot, stretched, g_get_real_time () / G_USEC_PER_SEC,
                            lan_random_system ());
  lan_secret_wipe (stretched, sizeof stretched);
  if (bytes == NULL ||
      !lan_hub_file_write (path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error))
    return NULL;
  return g_steal_pointer (&key);
}

LanOrgKey *
lan_hub_org_open (const char *path, const char *passphrase, GError **error)
{
  guint8 stretched[LAN_KEY_BYTES];
  g_autofree char *data = NULL;
  LanOrgKey *key = NULL;
  LanOrgKeyFile file;
  LanStatus status;
  gsize len;

  if (!g_file_get_contents (path, &data, &len, error))
    return NULL;
  lan_crypto_init ();
  status = lan_org_key_file_decode (&file, (const guint8 *) data, len);
  if (status != LAN_STATUS_OK) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_DAMAGED, _ ("%s is no organisation's key: %s"),
                 path, lan_status_text (status));
    return NULL;
  }
  if (!stretch (&file.slot, passphrase, stretched, error))
    return NULL;
  status = lan_org_key_file_open (&file, stretched, &key);
  lan_secret_wipe (stretched, sizeof stretched);
  if (status == LAN_STATUS_OK)
    return key;
  g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_REFUSED, "%s",
               _ ("the passphrase is wrong, or the file is damaged"));
  return NULL;
}
