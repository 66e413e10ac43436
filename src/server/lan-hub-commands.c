/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What an administrator asks of the server, beside a running one over the control socket or in a
 * program of its own: words in, lines out. The table at the end says what there is.
 */
#include "lan-hub-private.h"

#include "lan-hub-backup.h"

#include "lan-attestation.h"
#include "lan-password.h"
#include "lan-random-system.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#define DAY_S 86400

typedef struct {
  LanHub *hub;
  guint64 ticket;
  char *line;          /* to say when it went well; NULL: nothing */
  const char *unknown; /* what UNKNOWN means here; NULL: nobody has this login */
  LanHubReply reply;
  gpointer user_data;
} Command;

typedef void (*Run) (LanHub *hub, Command *command, const char *const *words);

static void
end_command (Command *command, const char *error)
{
  if (command->ticket != 0)
    g_hash_table_remove (command->hub->commands, &command->ticket);
  if (error == NULL && command->line != NULL)
    command->reply (command->line, FALSE, NULL, command->user_data);
  command->reply (NULL, TRUE, error, command->user_data);
  g_free (command->line);
  g_free (command);
}

static guint64
wait_for (LanHub *hub, Command *command)
{
  command->ticket = hub->next_ticket++;
  g_hash_table_insert (hub->commands, &command->ticket, command);
  return command->ticket;
}

static const char *
explain (LanRefusal refusal)
{
  switch ((guint) refusal) {
  case LAN_REFUSAL_UNKNOWN:
    return _ ("there is nobody with this login: lanyard-server users lists everybody");
  case LAN_REFUSAL_LOGIN_TAKEN:
    return _ ("somebody has this login already: choose another");
  case LAN_REFUSAL_PROTOCOL:
    return _ ("login, name, title or department is not acceptable: no control characters, a login "
              "without spaces, a department such as Sales/North");
  case LAN_REFUSAL_STATE:
    return _ ("this was made for a state of the directory that is no more: make the request or the "
              "export again, and sign that");
  case LAN_REFUSAL_STORAGE:
    return _ ("the database cannot be written: look at the disk's free space and at the log");
  case LAN_REFUSAL_IDENTITY:
    return _ ("these were not signed for this organisation, or are out of date: export again, sign "
              "again");
  default:
    return lan_refusal_text (refusal);
  }
}

void
lan_hub_command_done (LanHub *hub, const LanRegistryAction *action)
{
  Command *command = g_hash_table_lookup (hub->commands, &action->ticket);

  if (command != NULL)
    end_command (command, action->refusal == LAN_REFUSAL_NONE ? NULL
                          : action->refusal == LAN_REFUSAL_UNKNOWN && command->unknown != NULL
                              ? command->unknown
                              : explain (action->refusal));
}

void
lan_hub_commands_clear (LanHub *hub)
{
  GHashTableIter iter;
  gpointer command;

  g_hash_table_iter_init (&iter, hub->commands);
  while (g_hash_table_iter_next (&iter, NULL, &command)) {
    g_hash_table_iter_remove (&iter);
    ((Command *) command)->ticket = 0;
    end_command (command, _ ("the server has stopped"));
  }
}

/* "--name value" among @words; NULL when it is not there. */
static const char *
option (const char *const *words, const char *name)
{
  for (; *words != NULL; words++)
    if (strcmp (*words, name) == 0 && words[1] != NULL)
      return words[1];
  return NULL;
}

static char *
copy_option (const char *const *words, const char *name)
{
  const char *value = option (words, name);

  return g_strdup (value != NULL ? value : "");
}

/* ---- invites ---- */

static char *
make_link (LanHub *hub, const guint8 code[LAN_INVITE_BYTES])
{
  LanInvite invite = { .has_root = TRUE, .has_code = TRUE };
  const char *address = hub->config->address;

  if (lan_server_address_parse (&invite.address, *address != '\0' ? address : g_get_host_name (),
                                LAN_HUB_PORT) != LAN_STATUS_OK)
    return NULL;
  memcpy (invite.server_public, hub->keys->server_public, LAN_KEY_BYTES);
  memcpy (invite.root_public, hub->keys->org_root, LAN_KEY_BYTES);
  memcpy (invite.code, code, LAN_INVITE_BYTES);
  return lan_invite_build (&invite);
}

static void
run_invite (LanHub *hub, Command *command, const char *const *words)
{
  const char *days = option (words, "--days"), *uid = option (words, "--for");
  LanRegistryInviteRow row = { 0 };
  guint8 code[LAN_INVITE_BYTES];
  guint64 n_days = 7;
  LanHash hash;
  LanTime now;

  if (days != NULL && !g_ascii_string_to_unsigned (days, 10, 1, 365, &n_days, NULL)) {
    end_command (command, _ ("--days is a number from 1 to 365"));
    return;
  }
  lan_hub_now (&now);
  lan_random_bytes (lan_random_system (), code, sizeof code);
  command->line = make_link (hub, code);
  if (command->line == NULL) {
    end_command (command, _ ("[server] address in the configuration is no address that clients can "
                             "dial: set it to NAME:PORT"));
    return;
  }
  lan_invite_hash (&hash, code);
  memcpy (row.hash, hash.b, sizeof row.hash);
  row.login = copy_option (words, "--login");
  row.display = copy_option (words, "--name");
  row.title = copy_option (words, "--title");
  row.department = copy_option (words, "--department");
  row.role = g_strv_contains (words, "--admin") ? LAN_ROLE_ADMIN : LAN_ROLE_MEMBER;
  row.expires_s = now.wall_ms / 1000 + (gint64) n_days * DAY_S;
  if (uid != NULL && !lan_user_id_from_hex (&row.uid, uid))
    memset (&row.uid, 0, sizeof row.uid);
  lan_registry_admin_invite (hub->registry, wait_for (hub, command), &row, &now);
  g_free (row.login);
  g_free (row.display);
  g_free (row.title);
  g_free (row.department);
}

static void
run_revoke_invite (LanHub *hub, Command *command, const char *const *words)
{
  LanInvite invite;
  LanHash hash;
  LanTime now;

  if (words[1] == NULL || lan_invite_parse (&invite, words[1]) != LAN_STATUS_OK ||
      !invite.has_code) {
    end_command (command, _ ("give the whole link of the invite, as it was printed"));
    return;
  }
  lan_invite_hash (&hash, invite.code);
  lan_hub_now (&now);
  lan_registry_admin_drop_invite (hub->registry, wait_for (hub, command), hash.b, &now);
}

/* ---- people ---- */

static const char *
status_name (guint8 status)
{
  static const char *const names[] = { "active", "suspended", "left" };

  return status < G_N_ELEMENTS (names) ? names[status] : "unknown";
}

static void
say_user (const LanRegistryAccountInfo *info, gpointer data)
{
  Command *command = data;
  const LanRegistryAccountRow *row = info->row;
  g_autofree char *line = g_strdup_printf (
      "%s\t%s\t%s\t%s\t%s\t%s\t%u\t%u\t%u", row->login, row->display, row->title, row->department,
      status_name (row->status), row->role == LAN_ROLE_ADMIN ? "admin" : "member", info->devices,
      info->connections, info->level);

  command->reply (line, FALSE, NULL, command->user_data);
}

static void
run_users (LanHub *hub, Command *command, const char *const *words)
{
  lan_registry_foreach_account (hub->registry, say_user, command);
  end_command (command, NULL);
}

static void
change_status (LanHub *hub, Command *command, const char *login, int status)
{
  g_autofree char *canonical = lan_login_canonical (login != NULL ? login : "");
  const LanRegistryAccountRow *row =
      canonical != NULL ? lan_registry_find_login (hub->registry, canonical) : NULL;
  LanRegistryAccountChange change = { .status = status, .role = -1 };
  LanUserId uid;
  LanTime now;

  if (row == NULL) {
    end_command (command, explain (LAN_REFUSAL_UNKNOWN));
    return;
  }
  uid = row->uid;
  change.uid = &uid;
  lan_hub_now (&now);
  lan_registry_admin_account (hub->registry, wait_for (hub, command), &change, &now);
}

static void
run_suspend (LanHub *hub, Command *command, const char *const *words)
{
  change_status (hub, command, words[1], LAN_ACCOUNT_SUSPENDED);
}

static void
run_resume (LanHub *hub, Command *command, const char *const *words)
{
  change_status (hub, command, words[1], LAN_ACCOUNT_ACTIVE);
}

static void
run_leave (LanHub *hub, Command *command, const char *const *words)
{
  change_status (hub, command, words[1], LAN_ACCOUNT_LEFT);
}

/* user LOGIN [--name N] [--title T] [--department D] [--admin|--member] [--password-hash H] [--reset]:
 * makes or changes an account. */
static void
run_user (LanHub *hub, Command *command, const char *const *words)
{
  g_autofree char *login = lan_login_canonical (words[1] != NULL ? words[1] : "");
  const LanRegistryAccountRow *row;
  LanRegistryAccountChange change = { .status = -1, .role = -1 };
  LanUserId uid;
  LanTime now;

  if (login == NULL) {
    end_command (command, explain (LAN_REFUSAL_PROTOCOL));
    return;
  }
  row = lan_registry_find_login (hub->registry, login);
  if (row != NULL) {
    uid = row->uid;
    change.uid = &uid;
  } else {
    change.login = login;
    change.display = login;
  }
  if (option (words, "--name") != NULL)
    change.display = option (words, "--name");
  change.title = option (words, "--title");
  change.department = option (words, "--department");
  change.password_hash = option (words, "--password-hash");
  if (g_strv_contains (words, "--admin"))
    change.role = LAN_ROLE_ADMIN;
  else if (g_strv_contains (words, "--member"))
    change.role = LAN_ROLE_MEMBER;
  change.reset_key = g_strv_contains (words, "--reset");
  lan_hub_now (&now);
  lan_registry_admin_account (hub->registry, wait_for (hub, command), &change, &now);
}

static void
run_revoke_device (LanHub *hub, Command *command, const char *const *words)
{
  LanDeviceId device;
  LanTime now;

  if (words[1] == NULL || !lan_device_id_from_hex (&device, words[1])) {
    end_command (command, _ ("a device is 16 hexadecimal digits"));
    return;
  }
  lan_hub_now (&now);
  command->unknown = _ ("no device has this id here: lanyard-cli device list shows each person "
                        "the ids of theirs");
  lan_registry_admin_revoke_device (hub->registry, wait_for (hub, command), &device, &now);
}

/* ---- signed by the offline tool ---- */

static void
say_person (const LanRegistryAccountInfo *info, gpointer data)
{
  Command *command = data;
  const LanRegistryAccountRow *row = info->row;
  g_autofree char *uid = lan_user_id_to_hex (&row->uid);
  g_autofree char *account = lan_account_id_to_hex (&row->account);
  g_autofree char *newest = NULL, *line = NULL;

  if (lan_account_id_is_zero (&row->account))
    return;
  if (info->attestation != NULL)
    newest = g_base64_encode (g_bytes_get_data (info->attestation, NULL),
                              g_bytes_get_size (info->attestation));
  line = g_strdup_printf ("%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s", uid, account, row->login, row->display,
                          row->title, row->department, row->status, newest != NULL ? newest : "");
  command->reply (line, FALSE, NULL, command->user_data);
}

static void
run_export (LanHub *hub, Command *command, const char *const *words)
{
  lan_registry_foreach_account (hub->registry, say_person, command);
  end_command (command, NULL);
}

static void
run_import (LanHub *hub, Command *command, const char *const *words)
{
  g_autoptr (GPtrArray) objects = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  LanTime now;

  for (const char *const *word = words + 1; *word != NULL; word++) {
    gsize len;
    guchar *bytes = g_base64_decode (*word, &len);

    g_ptr_array_add (objects, g_bytes_new_take (bytes, len));
  }
  lan_hub_now (&now);
  lan_registry_admin_import (hub->registry, wait_for (hub, command), objects, &now);
}

/* What the organisation's key has to sign after a restore. */
static void
run_restart (LanHub *hub, Command *command, const char *const *words)
{
  LanDirectoryRestart restart;
  g_autofree char *root = NULL;
  LanTime now;

  lan_hub_now (&now);
  lan_registry_get_restart (hub->registry, &restart, &now);
  root = lan_hex_encode (restart.root.b, sizeof restart.root.b);
  command->line =
      g_strdup_printf ("%" G_GUINT64_FORMAT "\t%" G_GINT64_FORMAT "\t%" G_GUINT64_FORMAT "\t%s",
                       restart.epoch, restart.time_s, restart.size, root);
  end_command (command, NULL);
}

/* ---- the server itself ---- */

static void
run_status (LanHub *hub, Command *command, const char *const *words)
{
  g_autofree char *key = lan_hex_encode (hub->keys->server_public, LAN_KEY_BYTES);
  LanRegistryCounters c;

  lan_registry_get_counters (hub->registry, &c);
  command->line = g_strdup_printf ("pid=%d key=%s accounts=%u devices=%u connections=%u "
                                   "logged-in=%u deposits=%" G_GUINT64_FORMAT
                                   " signals=%" G_GUINT64_FORMAT " epoch=%" G_GUINT64_FORMAT,
                                   (int) getpid (), key, c.accounts, c.devices, hub->conns,
                                   c.logged_in, c.deposits, c.signals, c.dir_epoch);
  end_command (command, NULL);
}

static GBytes *
take_base64 (const char *word)
{
  gsize len;
  guchar *data = g_base64_decode (word, &len);

  return g_bytes_new_take (data, len);
}

/* The organisation's key has renewed one of the server's own: "issuer KEY CERT", "server-key KEY CERT". */
static void
run_renewed (LanHub *hub, Command *command, const char *const *words)
{
  gboolean is_issuer = g_str_equal (words[0], "issuer");
  gboolean is_whole = words[1] != NULL && words[2] != NULL;
  g_autoptr (GBytes) seed = is_whole ? take_base64 (words[1]) : NULL;
  g_autoptr (GBytes) cert = is_whole ? take_base64 (words[2]) : NULL;
  g_autoptr (GError) error = NULL;

  if (!is_whole)
    end_command (command, _ ("the server does not know this command"));
  else if ((is_issuer
                ? lan_hub_keys_put_issuer (hub->keys, hub->config->state, seed, cert, &error)
                : lan_hub_keys_put_server (hub->keys, hub->config->state, seed, cert, &error)) &&
           lan_hub_reload_keys (hub, &error))
    end_command (command, NULL);
  else
    end_command (command, error->message);
}

static void
run_reload (LanHub *hub, Command *command, const char *const *words)
{
  g_autoptr (GError) error = NULL;

  end_command (command, lan_hub_reload (hub, &error) ? NULL : error->message);
}

typedef struct {
  uv_work_t work;
  Command *command;
  char *from, *to;
  char *config;
  GError *error;
} Backup;

static void
on_backup (uv_work_t *work)
{
  Backup *backup = work->data;

  (void) lan_hub_backup_make (backup->from, backup->config, backup->to, &backup->error);
}

static void
on_backup_done (uv_work_t *work, int status)
{
  Backup *backup = work->data;

  end_command (backup->command, backup->error != NULL ? backup->error->message : NULL);
  g_clear_error (&backup->error);
  g_free (backup->from);
  g_free (backup->to);
  g_free (backup->config);
  g_free (backup);
}

static void
run_backup (LanHub *hub, Command *command, const char *const *words)
{
  Backup *backup;

  if (words[1] == NULL || !g_path_is_absolute (words[1])) {
    end_command (command, _ ("a backup needs the path of a new file"));
    return;
  }
  (void) wait_for (hub, command);
  backup = g_new0 (Backup, 1);
  backup->work.data = backup;
  backup->command = command;
  backup->from = g_strdup (hub->config->state);
  backup->to = g_strdup (words[1]);
  backup->config = g_strdup (hub->config->text);
  uv_queue_work (&hub->loop, &backup->work, on_backup, on_backup_done);
}

static const struct {
  const char *name;
  Run run;
} commands[] = {
  { "invite", run_invite },
  { "users", run_users },
  { "suspend", run_suspend },
  { "resume", run_resume },
  { "leave", run_leave },
  { "user", run_user },
  { "export", run_export },
  { "import", run_import },
  { "issuer", run_renewed },
  { "server-key", run_renewed },
  { "revoke-device", run_revoke_device },
  { "status", run_status },
  { "reload", run_reload },
  { "backup", run_backup },
  { "revoke-invite", run_revoke_invite },
  { "restart", run_restart },
};

void
lan_hub_command (LanHub *hub, const char *const *words, LanHubReply reply, gpointer user_data)
{
  Command *command = g_new0 (Command, 1);

  command->hub = hub;
  command->reply = reply;
  command->user_data = user_data;
  for (guint i = 0; words[0] != NULL && i < G_N_ELEMENTS (commands); i++)
    if (strcmp (words[0], commands[i].name) == 0) {
      commands[i].run (hub, command, words);
      lan_hub_drain (hub);
      return;
    }
  end_command (command, _ ("the server does not know this command"));
}
