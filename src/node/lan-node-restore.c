/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Reading a backup, to look whether it is whole or to make a profile of it: one worker from beginning to end,
 * with no engine beside it. The history is written under another name; it gets its own, and the keys come
 * last, when everything was read and is on disk: before that the folder holds no profile.
 */
#include "lan-backup-file.h"
#include "lan-node-backup.h"
#include "lan-node-private.h"
#include "lan-profile.h"
#include "lan-random-system.h"
#include "lan-store.h"
#include "lan-vault.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  /* asked */
  char *profile_dir; /* NULL: only looked at */
  char *path;
  char *secret;
  char *passphrase;
  gboolean keyring;
  LanNodeProgress progress;
  gpointer progress_data;
  GMainContext *context;
  /* found */
  LanBackupHead head;
  gboolean has_head, has_end;
  LanBackupKeys keys;
  guint64 messages;
  /* on its way */
  LanProfile *profile;
  char *history; /* where the history is written */
  guint8 key[LAN_KEY_BYTES];
  LanStoreFill *fill;
  guint percent;
  GError *error; /* of an item */
} Restore;

static void
wipe (char *text)
{
  if (text != NULL)
    lan_secret_wipe (text, strlen (text));
  g_free (text);
}

static void
restore_free (gpointer data)
{
  Restore *restore = data;

  lan_backup_keys_clear (&restore->keys);
  lan_secret_wipe (restore->key, sizeof restore->key);
  g_clear_pointer (&restore->fill, lan_store_fill_free);
  g_clear_pointer (&restore->profile, lan_profile_free);
  g_clear_error (&restore->error);
  g_main_context_unref (restore->context);
  wipe (restore->secret);
  wipe (restore->passphrase);
  g_free (restore->profile_dir);
  g_free (restore->history);
  g_free (restore->path);
  g_free (restore);
}

/* --- progress --- */

typedef struct {
  LanNodeProgress progress;
  gpointer data;
  guint percent;
} Telling;

static gboolean
on_telling (gpointer user_data)
{
  Telling *telling = user_data;

  telling->progress (telling->percent, telling->data);
  return G_SOURCE_REMOVE;
}

static void
tell (guint percent, gpointer user_data)
{
  Restore *restore = user_data;
  Telling *telling;

  if (restore->progress == NULL || percent == restore->percent)
    return;
  restore->percent = percent;
  telling = g_new0 (Telling, 1);
  telling->progress = restore->progress;
  telling->data = restore->progress_data;
  telling->percent = percent;
  g_main_context_invoke_full (restore->context, G_PRIORITY_DEFAULT, on_telling, telling, g_free);
}

/* --- items --- */

static LanStatus
take_head (Restore *restore, const guint8 *data, gsize len)
{
  LanStatus status = lan_backup_head_decode (&restore->head, data, len);

  if (status != LAN_STATUS_OK)
    return status;
  restore->has_head = TRUE;
  if (restore->head.layout > lan_store_layout ())
    return LAN_STATUS_VERSION;
  if (restore->profile == NULL)
    return LAN_STATUS_OK;
  lan_random_bytes (lan_random_system (), restore->key, sizeof restore->key);
  restore->fill =
      lan_store_fill_new (restore->history, restore->key, restore->head.layout, &restore->error);
  return restore->fill != NULL ? LAN_STATUS_OK : LAN_STATUS_STATE;
}

static LanStatus
take_rows (Restore *restore, const guint8 *data, gsize len)
{
  if (restore->fill == NULL)
    return LAN_STATUS_OK;
  return lan_store_fill_rows (restore->fill, data, len, &restore->error) ? LAN_STATUS_OK
                                                                         : LAN_STATUS_STATE;
}

static LanStatus
take_item (guint8 type, const guint8 *data, gsize len, gpointer user_data)
{
  Restore *restore = user_data;

  if (restore->has_head == (type == LAN_BACKUP_HEAD) || restore->has_end)
    return LAN_STATUS_MALFORMED;
  switch (type) {
  case LAN_BACKUP_HEAD:
    return take_head (restore, data, len);
  case LAN_BACKUP_KEYS:
    return restore->keys.list != NULL
               ? LAN_STATUS_MALFORMED
               : lan_backup_keys_decode (&restore->keys, &restore->head.account, data, len);
  case LAN_BACKUP_ROWS:
    return take_rows (restore, data, len);
  case LAN_BACKUP_END:
    if (len != sizeof restore->messages)
      return LAN_STATUS_MALFORMED;
    memcpy (&restore->messages, data, len);
    restore->messages = GUINT64_FROM_LE (restore->messages);
    restore->has_end = TRUE;
    return LAN_STATUS_OK;
  default:
    return LAN_STATUS_OK; /* of a later version */
  }
}

/* --- the profile --- */

/* The device that made the backup is one of the others now, and this one has a name. */
static GPtrArray *
make_changes (const Restore *restore, const LanVault *vault)
{
  g_autofree char *hex = lan_device_id_to_hex (lan_device_keys_id (lan_vault_device (vault)));
  GPtrArray *changes = lan_changes_new ();
  LanPersonRow *person = &lan_changes_add (changes, LAN_CHANGE_PERSON)->person;
  LanDeviceRow *device = &lan_changes_add (changes, LAN_CHANGE_DEVICE)->device;
  LanSettingRow *name = &lan_changes_add (changes, LAN_CHANGE_SETTING)->setting;
  LanSettingRow *restored = &lan_changes_add (changes, LAN_CHANGE_SETTING)->setting;
  guint64 now = GUINT64_TO_LE ((guint64) (g_get_real_time () / 1000));

  person->account = restore->head.account;
  person->name = g_strdup ("");
  person->trust = LAN_TRUST_VERIFIED;
  person->flags = LAN_PERSON_ACCEPTED;
  person->list = g_bytes_ref (lan_vault_list (vault));
  device->device = restore->keys.decoded.device;
  device->account = restore->head.account;
  device->cert = g_bytes_ref (restore->keys.cert);
  name->key = g_strconcat ("core.device.", hex, NULL);
  name->value = g_bytes_new (g_get_host_name (), strlen (g_get_host_name ()));
  restored->key = g_strdup ("core.restored");
  restored->value = g_bytes_new (&now, sizeof now);
  return changes;
}

static LanVault *
make_vault (const Restore *restore, const LanRecoveryCode *code, GError **error)
{
  const LanVaultRequest request = {
    .path = lan_profile_keys_path (restore->profile),
    .name = restore->keys.decoded.name,
    .passphrase = restore->passphrase,
    .keyring = restore->keyring,
  };
  const LanVaultLegacy legacy = { restore->keys.seed, restore->keys.list, restore->key, code };

  return lan_vault_restore (&request, &legacy, error);
}

static gboolean
make_profile (Restore *restore, const guint8 *input, LanKeySlotKind kind, GError **error)
{
  g_autoptr (LanVault) vault = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  const char *history = lan_profile_history_path (restore->profile);
  LanRecoveryCode code;
  gboolean has_code =
      kind == LAN_KEY_SLOT_RECOVERY && lan_recovery_code_load (&code, input, sizeof code.bytes);

  vault = make_vault (restore, has_code ? &code : NULL, error);
  lan_secret_wipe (&code, sizeof code);
  if (vault == NULL)
    return FALSE;
  changes = make_changes (restore, vault);
  if (!lan_store_fill_finish (restore->fill, changes, &restore->error))
    return FALSE;
  g_clear_pointer (&restore->fill, lan_store_fill_free);
  if (g_rename (restore->history, history) != 0) {
    g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_FAILED,
                 "the history cannot be written to '%s': %s", history, g_strerror (errno));
    return FALSE;
  }
  if (lan_vault_save (vault, error))
    return TRUE;
  g_remove (history);
  return FALSE;
}

/* --- the worker --- */

static gboolean
check_whole (const Restore *restore, GError **error)
{
  if (restore->has_head && restore->keys.list != NULL && restore->has_end)
    return TRUE;
  g_set_error_literal (error, LAN_NODE_ERROR, LAN_NODE_ERROR_DAMAGED,
                       "The backup lacks a part: use another copy of it");
  return FALSE;
}

/* What the store says in its own domain, as the node says it. */
static void
take_store_error (Restore *restore, GError **error)
{
  int code = LAN_NODE_ERROR_FAILED;

  if (restore->error == NULL)
    return;
  if (restore->error->code == LAN_STORE_ERROR_FULL)
    code = LAN_NODE_ERROR_DISK_FULL;
  else if (restore->error->code == LAN_STORE_ERROR_DAMAGED)
    code = LAN_NODE_ERROR_DAMAGED;
  else if (restore->error->code == LAN_STORE_ERROR_NEWER)
    code = LAN_NODE_ERROR_NEWER;
  g_clear_error (error);
  g_set_error_literal (error, LAN_NODE_ERROR, code, restore->error->message);
}

static gboolean
prepare (Restore *restore, GError **error)
{
  g_autofree char *wal = NULL;

  if (restore->profile_dir == NULL)
    return TRUE;
  restore->profile = lan_profile_lock (restore->profile_dir, TRUE, error);
  if (restore->profile == NULL)
    return FALSE;
  restore->history = g_strconcat (lan_profile_history_path (restore->profile), ".restore", NULL);
  wal = g_strconcat (restore->history, "-wal", NULL);
  /* Left by one that was killed. */
  (void) g_remove (restore->history);
  (void) g_remove (wal);
  return TRUE;
}

static void
run (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Restore *restore = data;
  const LanBackupReadFuncs funcs = { take_item, tell, restore };
  LanKeySlotKind kind = LAN_KEY_SLOT_NONE;
  guint8 input[LAN_KEY_BYTES] = { 0 };
  GError *error = NULL;
  gboolean ok;

  lan_crypto_init ();
  ok = prepare (restore, &error) &&
       lan_backup_file_read (restore->path, restore->secret, &funcs, cancellable, input, &kind,
                             &error) &&
       check_whole (restore, &error) &&
       (restore->profile == NULL || make_profile (restore, input, kind, &error));
  lan_secret_wipe (input, sizeof input);
  /* What was not finished goes before the folder is free again. */
  g_clear_pointer (&restore->fill, lan_store_fill_free);
  g_clear_pointer (&restore->profile, lan_profile_free);
  if (ok) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  take_store_error (restore, &error);
  g_task_return_error (task, error);
}

static void
start (LanNode *self, Restore *restore, const char *path, const char *secret,
       GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  restore->path = g_strdup (path);
  restore->secret = g_strdup (secret);
  restore->context = g_main_context_ref (self->context);
  g_task_set_source_tag (task, lan_node_restore_async);
  g_task_set_task_data (task, restore, restore_free);
  if (restore->profile_dir != NULL && self->state != LAN_NODE_STATE_CLOSED)
    g_task_return_new_error (task, LAN_NODE_ERROR, LAN_NODE_ERROR_PROFILE_EXISTS,
                             "the profile is open already");
  else
    g_task_run_in_thread (task, run);
}

void
lan_node_verify_backup_async (LanNode *self, const char *path, const char *secret,
                              LanNodeProgress progress, gpointer progress_data,
                              GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer user_data)
{
  Restore *restore;

  g_return_if_fail (LAN_IS_NODE (self) && path != NULL && secret != NULL);
  lan_node_check_thread (self);
  restore = g_new0 (Restore, 1);
  restore->progress = progress;
  restore->progress_data = progress_data;
  start (self, restore, path, secret, cancellable, callback, user_data);
}

void
lan_node_restore_async (LanNode *self, const char *path, const char *secret, const char *passphrase,
                        LanNodeProgress progress, gpointer progress_data, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer user_data)
{
  Restore *restore;

  g_return_if_fail (LAN_IS_NODE (self) && path != NULL && secret != NULL);
  lan_node_check_thread (self);
  restore = g_new0 (Restore, 1);
  restore->profile_dir =
      self->profile_dir != NULL ? g_strdup (self->profile_dir) : lan_node_default_dir ();
  restore->passphrase = g_strdup (passphrase);
  restore->keyring = self->keyring;
  restore->progress = progress;
  restore->progress_data = progress_data;
  start (self, restore, path, secret, cancellable, callback, user_data);
}

gboolean
lan_node_restore_finish (LanNode *self, GAsyncResult *result, char **name, char **id, gint64 *time,
                         gint64 *messages, GError **error)
{
  Restore *restore;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  restore = g_task_get_task_data (G_TASK (result));
  if (name != NULL)
    *name = g_strdup (restore->keys.decoded.name);
  if (id != NULL)
    *id = lan_account_id_to_hex (&restore->head.account);
  if (time != NULL)
    *time = restore->head.made_ms;
  if (messages != NULL)
    *messages = (gint64) restore->messages;
  return TRUE;
}
