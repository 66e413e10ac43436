/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The vault's file and its slots. Everything that may take long runs in a GTask's thread; the vault
 * under construction belongs to that thread alone until the task returns.
 */
#include "lan-vault-private.h"

#include "lan-random-system.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

typedef struct {
  char *path;
  char *name;       /* NULL: open */
  char *passphrase; /* NULL: none; for guard: the new one */
  char *old;        /* guard: the present passphrase */
  gboolean keyring;
  LanVault *vault; /* guard: borrowed */
} Work;

static void
wipe (char *text)
{
  if (text != NULL)
    lan_secret_wipe (text, strlen (text));
  g_free (text);
}

static void
work_free (Work *work)
{
  g_free (work->path);
  g_free (work->name);
  wipe (work->passphrase);
  wipe (work->old);
  g_free (work);
}

static gboolean
fail (GError **error, LanNodeError code, const char *text)
{
  g_set_error_literal (error, LAN_NODE_ERROR, (int) code, text);
  return FALSE;
}

/* --- the file --- */

static gboolean
sync_folder_of (const char *path)
{
  g_autofree char *dir = g_path_get_dirname (path);
  int fd = open (dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean ok;

  if (fd < 0)
    return FALSE;
  ok = fsync (fd) == 0;
  close (fd);
  return ok;
}

static gboolean
write_all (int fd, const guint8 *data, gsize len)
{
  while (len > 0) {
    gssize n = write (fd, data, len);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return FALSE;
    data += n;
    len -= (gsize) n;
  }
  return TRUE;
}

gboolean
lan_vault_write (LanVault *vault, GError **error)
{
  g_autoptr (GBytes) bytes = lan_key_store_save (vault->store, lan_random_system ());
  g_autofree char *temporary = g_strconcat (vault->path, ".new", NULL);
  gsize len;
  const guint8 *data;
  gboolean ok;
  int fd;

  if (bytes == NULL)
    return fail (error, LAN_NODE_ERROR_FAILED, "the key store has nothing that opens it");
  data = g_bytes_get_data (bytes, &len);
  fd = open (temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  ok = fd >= 0 && write_all (fd, data, len) && fsync (fd) == 0;
  if (fd >= 0 && close (fd) != 0)
    ok = FALSE;
  if (ok && g_rename (temporary, vault->path) == 0 && sync_folder_of (vault->path))
    return TRUE;
  g_set_error (error, LAN_NODE_ERROR,
               errno == ENOSPC ? LAN_NODE_ERROR_DISK_FULL : LAN_NODE_ERROR_FAILED,
               "the keys cannot be written to '%s': %s", vault->path, g_strerror (errno));
  g_remove (temporary);
  return FALSE;
}

static gboolean
read_file (LanVault *vault, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autofree char *data = NULL;
  gsize len;
  LanStatus status;

  if (!g_file_get_contents (vault->path, &data, &len, &cause)) {
    g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_FAILED, "the keys cannot be read: %s",
                 cause->message);
    return FALSE;
  }
  status = lan_key_store_load (&vault->store, (const guint8 *) data, len);
  if (status == LAN_STATUS_VERSION)
    return fail (error, LAN_NODE_ERROR_NEWER,
                 "the profile was written by a newer version: update this program");
  return status == LAN_STATUS_OK ||
         fail (error, LAN_NODE_ERROR_DAMAGED,
               "the key store is damaged: put back a backup of the profile's 'keys'");
}

/* --- slots --- */

static gboolean
unlock_passphrase (LanKeyStore *store, int index, const char *passphrase, GError **error)
{
  guint8 key[LAN_KEY_BYTES];
  LanKeySlot slot;
  LanStatus status;

  if (passphrase == NULL)
    return fail (error, LAN_NODE_ERROR_PASSPHRASE_NEEDED,
                 "the profile is locked: give its passphrase");
  lan_key_store_get_slot (store, (guint) index, &slot);
  if (lan_key_stretch (&slot, passphrase, key) != LAN_STATUS_OK)
    return fail (error, LAN_NODE_ERROR_FAILED, "there is not enough memory to try the passphrase");
  status = lan_key_store_unlock (store, (guint) index, key);
  lan_secret_wipe (key, sizeof key);
  return status == LAN_STATUS_OK ||
         fail (error, LAN_NODE_ERROR_PASSPHRASE_WRONG, "the passphrase is another one");
}

static gboolean
unlock_keyring (LanKeyStore *store, int index, GError **error)
{
  guint8 key[LAN_KEY_BYTES];
  LanKeySlot slot;
  LanStatus status;

  lan_key_store_get_slot (store, (guint) index, &slot);
  if (!lan_keyring_lookup (&slot, key, error))
    return FALSE;
  status = lan_key_store_unlock (store, (guint) index, key);
  lan_secret_wipe (key, sizeof key);
  return status == LAN_STATUS_OK ||
         fail (error, LAN_NODE_ERROR_DAMAGED,
               "the key in the keyring does not open this profile: one of them is damaged");
}

static gboolean
unlock (LanKeyStore *store, const char *passphrase, GError **error)
{
  int none = lan_key_store_find_slot (store, LAN_KEY_SLOT_NONE);
  int keyring = lan_key_store_find_slot (store, LAN_KEY_SLOT_EXTERNAL);
  int asked = lan_key_store_find_slot (store, LAN_KEY_SLOT_PASSPHRASE);

  if (none >= 0)
    return lan_key_store_unlock (store, (guint) none, NULL) == LAN_STATUS_OK ||
           fail (error, LAN_NODE_ERROR_DAMAGED,
                 "the key store is damaged: put back a backup of the profile's 'keys'");
  if (lan_vault_unlock_recovery (store, passphrase))
    return TRUE;
  if (asked >= 0)
    return unlock_passphrase (store, asked, passphrase, error);
  if (keyring >= 0)
    return unlock_keyring (store, keyring, error);
  return fail (error, LAN_NODE_ERROR_NEWER,
               "the profile is locked in a way this version does not know: update this program");
}

static gboolean
add_slot (LanKeyStore *store, const LanKeySlot *slot, const guint8 *key, GError **error)
{
  return lan_key_store_add_slot (store, slot, key, lan_random_system ()) == LAN_STATUS_OK ||
         fail (error, LAN_NODE_ERROR_FAILED, "the key store is full");
}

gboolean
lan_vault_add_guard (LanKeyStore *store, const char *passphrase, gboolean keyring, GError **error)
{
  const LanRandom *random = lan_random_system ();
  guint8 key[LAN_KEY_BYTES];
  LanKeySlot slot;
  gboolean ok;

  if (passphrase != NULL) {
    lan_key_slot_prepare (&slot, LAN_KEY_SLOT_PASSPHRASE, random);
    if (lan_key_stretch (&slot, passphrase, key) != LAN_STATUS_OK)
      return fail (error, LAN_NODE_ERROR_FAILED,
                   "there is not enough memory to lock with a passphrase");
    ok = add_slot (store, &slot, key, error);
    lan_secret_wipe (key, sizeof key);
    return ok;
  }
  if (keyring) {
    g_autoptr (GError) cause = NULL;

    lan_key_slot_prepare (&slot, LAN_KEY_SLOT_EXTERNAL, random);
    lan_random_bytes (random, key, sizeof key);
    if (lan_keyring_store (&slot, key, &cause)) {
      ok = add_slot (store, &slot, key, error);
      lan_secret_wipe (key, sizeof key);
      return ok;
    }
    lan_secret_wipe (key, sizeof key);
    g_info ("no keyring: %s", cause->message);
  }
  lan_key_slot_prepare (&slot, LAN_KEY_SLOT_NONE, random);
  return add_slot (store, &slot, NULL, error);
}

LanNodeProtection
lan_vault_protection (const LanVault *vault)
{
  if (lan_key_store_find_slot (vault->store, LAN_KEY_SLOT_NONE) >= 0)
    return LAN_NODE_PROTECTION_NONE;
  return lan_key_store_find_slot (vault->store, LAN_KEY_SLOT_PASSPHRASE) >= 0
             ? LAN_NODE_PROTECTION_PASSPHRASE
             : LAN_NODE_PROTECTION_KEYRING;
}

/* --- opening --- */

static LanVault *
open_vault (const Work *work, GError **error)
{
  g_autoptr (LanVault) vault = g_new0 (LanVault, 1);

  lan_crypto_init ();
  vault->path = g_strdup (work->path);
  if (work->name == NULL) {
    if (!read_file (vault, error) || !unlock (vault->store, work->passphrase, error) ||
        !lan_vault_read_identity (vault, error))
      return NULL;
    return g_steal_pointer (&vault);
  }
  vault->store = lan_key_store_new (lan_random_system ());
  if (!lan_vault_make_identity (vault, work->name, error) ||
      !lan_vault_add_guard (vault->store, work->passphrase, work->keyring, error) ||
      !lan_vault_write (vault, error))
    return NULL;
  return g_steal_pointer (&vault);
}

static void
open_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;
  LanVault *vault = open_vault (task_data, &error);

  if (vault != NULL)
    g_task_return_pointer (task, vault, (GDestroyNotify) lan_vault_free);
  else
    g_task_return_error (task, error);
}

void
lan_vault_open_async (const LanVaultRequest *request, GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  Work *work = g_new0 (Work, 1);

  work->path = g_strdup (request->path);
  work->name = g_strdup (request->name);
  work->passphrase = g_strdup (request->passphrase);
  work->keyring = request->keyring;
  g_task_set_source_tag (task, lan_vault_open_async);
  g_task_set_task_data (task, work, (GDestroyNotify) work_free);
  g_task_run_in_thread (task, open_in_thread);
}

LanVault *
lan_vault_open_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- changing the guard --- */

/* The passphrase is tried on what is on disk: a wrong one must not touch the keys in use. */
static gboolean
check_old (LanVault *vault, const char *old, GError **error)
{
  g_autoptr (LanVault) trial = NULL;
  int index;

  if (lan_key_store_find_slot (vault->store, LAN_KEY_SLOT_PASSPHRASE) < 0)
    return TRUE;
  trial = g_new0 (LanVault, 1);
  trial->path = g_strdup (vault->path);
  if (!read_file (trial, error))
    return FALSE;
  index = lan_key_store_find_slot (trial->store, LAN_KEY_SLOT_PASSPHRASE);
  return index < 0 || unlock_passphrase (trial->store, index, old, error);
}

/* Drops the guards that were there before the new one was added; @keyring gets the slot of the
 * keyring's among them. */
static gboolean
drop_guards (LanKeyStore *store, guint n_before, LanKeySlot *keyring)
{
  gboolean found = FALSE;

  for (guint i = n_before; i-- > 0;) {
    LanKeySlot slot;

    lan_key_store_get_slot (store, i, &slot);
    if (slot.kind == LAN_KEY_SLOT_RECOVERY ||
        lan_key_store_remove_slot (store, i) != LAN_STATUS_OK || slot.kind != LAN_KEY_SLOT_EXTERNAL)
      continue;
    *keyring = slot;
    found = TRUE;
  }
  return found;
}

static gboolean
change_guard (const Work *work, GError **error)
{
  LanKeyStore *store = work->vault->store;
  guint before = lan_key_store_n_slots (store);
  gboolean forget;
  LanKeySlot old;

  if (!check_old (work->vault, work->old, error) ||
      !lan_vault_add_guard (store, work->passphrase, work->keyring, error))
    return FALSE;
  forget = drop_guards (store, before, &old);
  if (!lan_vault_write (work->vault, error))
    return FALSE;
  if (forget) /* only now does nothing need it */
    lan_keyring_forget (&old);
  return TRUE;
}

static void
guard_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (change_guard (task_data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
lan_vault_guard_async (LanVault *vault, const char *old_passphrase, const char *new_passphrase,
                       gboolean keyring, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  Work *work = g_new0 (Work, 1);

  work->vault = vault;
  work->old = g_strdup (old_passphrase);
  work->passphrase = g_strdup (new_passphrase);
  work->keyring = keyring;
  g_task_set_source_tag (task, lan_vault_guard_async);
  g_task_set_task_data (task, work, (GDestroyNotify) work_free);
  g_task_run_in_thread (task, guard_in_thread);
}

gboolean
lan_vault_guard_finish (LanVault *vault, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
