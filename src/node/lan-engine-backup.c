/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-engine-backup.h"

#include "lan-engine-private.h"

#include <string.h>

/* Settings that are the person's, not the device's: no prekeys, no timestamps of its own, nothing of
 * a company's directory that would be an old state of it. */
static const char *const settings[] = {
  "app.",        "core.read-receipts", "core.typing",   "core.at.",   "core.device.",
  "node.hidden", "core.own-setting.",  "node.seen-ts.", "server.pin", "large.",
  NULL,
};

static void
source_clear (gpointer data)
{
  LanBackupSource *source = data;

  if (source->keys != NULL) {
    gsize len;
    gpointer bytes = g_bytes_unref_to_data (g_steal_pointer (&source->keys), &len);

    lan_secret_wipe (bytes, len);
    g_free (bytes);
  }
  lan_secret_wipe (&source->code, sizeof source->code);
  lan_store_dump_free (source->dump);
  g_clear_pointer (&source->piece, g_bytes_unref);
}

LanBackupSource *
lan_backup_source_new (void)
{
  return g_atomic_rc_box_new0 (LanBackupSource);
}

void
lan_backup_source_unref (LanBackupSource *source)
{
  g_atomic_rc_box_release_full (source, source_clear);
}

typedef struct {
  LanEngine *engine;
  LanBackupSource *source;
  GTask *task;
} Call;

static void
on_piece (GBytes *piece, const GError *error, gpointer user_data)
{
  g_autofree Call *call = user_data;
  GError *failed = NULL;

  g_clear_pointer (&call->source->piece, g_bytes_unref);
  if (piece != NULL)
    call->source->piece = g_bytes_ref (piece);
  else
    failed = g_error_new (LAN_NODE_ERROR, LAN_NODE_ERROR_FAILED, "the history cannot be read: %s",
                          error->message);
  lan_engine_read_clock (call->engine);
  lan_engine_touch (call->engine);
  lan_engine_reply (call->engine, call->task, failed);
  lan_backup_source_unref (call->source);
}

static void
next_piece (LanEngine *engine, LanCommand *command)
{
  Call *call = g_new0 (Call, 1);

  call->engine = engine;
  call->source = g_atomic_rc_box_acquire (command->backup);
  call->task = g_steal_pointer (&command->task);
  lan_store_dump_next (engine->store, call->source->dump, on_piece, call);
}

static GError *
begin (LanEngine *engine, LanBackupSource *source)
{
  const LanAccountKeys *account = lan_vault_account (engine->vault);

  if (account == NULL)
    return g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                                "This is a limited device, without the account's key: make the "
                                "backup on another one");
  if (engine->vault_busy)
    return g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                                "The passphrase is being changed: try again in a moment");
  source->head.layout = lan_store_layout ();
  source->head.made_ms = engine->now.wall_ms;
  source->head.account = *lan_vault_account_id (engine->vault);
  g_strlcpy (source->head.name, lan_vault_name (engine->vault), sizeof source->head.name);
  source->keys =
      lan_backup_keys_encode (lan_account_keys_seed (account), lan_vault_list (engine->vault),
                              lan_vault_cert (engine->vault));
  source->has_code = lan_vault_get_recovery (engine->vault, &source->code);
  source->dump = lan_store_dump_new (settings);
  return NULL;
}

/* number: 0: the code there is, 1: a new one */
static void
answer_code (LanEngine *engine, LanCommand *command)
{
  LanEvent *event = lan_event_new (LAN_EVENT_REPLY);
  LanRecoveryCode code;

  event->task = g_steal_pointer (&command->task);
  if (engine->vault_busy)
    event->error = g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                                        "The passphrase is being changed: try again in a moment");
  else if (command->number == 0 && !lan_vault_get_recovery (engine->vault, &code))
    event->error = g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_FOUND,
                                        "No recovery code was made yet");
  else if (command->number == 0 || lan_vault_make_recovery (engine->vault, &code, &event->error))
    event->text = lan_recovery_code_format (&code);
  lan_secret_wipe (&code, sizeof code);
  lan_engine_tell (engine, event);
}

void
lan_engine_backup_execute (LanEngine *engine, LanCommand *command)
{
  if (command->type == LAN_COMMAND_RECOVERY_CODE)
    answer_code (engine, command);
  else if (command->backup->dump == NULL)
    lan_engine_reply (engine, g_steal_pointer (&command->task), begin (engine, command->backup));
  else
    next_piece (engine, command);
}
