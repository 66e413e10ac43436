/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-hub-cli.h"

#include "lan-attestation.h"
#include "lan-hub-control.h"
#include "lan-invite.h"
#include "lan-password.h"

#include <glib/gi18n.h>
#include <qrencode.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

int
lan_hub_cli_fail (const GError *error)
{
  fprintf (stderr, "lanyard-server: %s\n", error->message);
  return LAN_HUB_EXIT_FAILED;
}

LanHubConfig *
lan_hub_cli_config (LanHubCli *cli, GError **error)
{
  return lan_hub_config_read (cli->config_path, error);
}

typedef struct {
  GPtrArray *said;
  char *error;
  gboolean is_ended;
} Local;

static void
on_local (const char *line, gboolean is_end, const char *error, gpointer user_data)
{
  Local *local = user_data;

  if (!is_end)
    g_ptr_array_add (local->said, g_strdup (line));
  local->is_ended = local->is_ended || is_end;
  if (error != NULL)
    local->error = g_strdup (error);
}

static GPtrArray *
ask_here (LanHubConfig *config, const char *const *words, GPtrArray *said, GError **error)
{
  Local local = { .said = said };
  LanHub *hub = lan_hub_new (config, 0, error);

  if (hub == NULL)
    return NULL;
  lan_hub_command (hub, words, on_local, &local);
  lan_hub_settle (hub);
  lan_hub_free (hub);
  if (local.error == NULL)
    return said;
  g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_REFUSED, "%s", local.error);
  g_free (local.error);
  return NULL;
}

GPtrArray *
lan_hub_cli_ask (LanHubCli *cli, const char *const *words, GError **error)
{
  g_autoptr (GPtrArray) said = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (LanHubConfig) config = lan_hub_cli_config (cli, error);
  g_autoptr (GError) why = NULL;

  if (config == NULL)
    return NULL;
  if (lan_hub_control_ask (config->state, words, said, &why))
    return g_steal_pointer (&said);
  if (!g_error_matches (why, LAN_HUB_ERROR, LAN_HUB_ERROR_MISSING)) {
    g_propagate_error (error, g_steal_pointer (&why));
    return NULL;
  }
  if (ask_here (g_steal_pointer (&config), words, said, error) == NULL)
    return NULL;
  return g_steal_pointer (&said);
}

GPtrArray *
lan_hub_cli_ask_running (LanHubCli *cli, const char *const *words, GError **error)
{
  g_autoptr (GPtrArray) said = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (LanHubConfig) config = lan_hub_cli_config (cli, error);
  g_autoptr (GError) why = NULL;

  if (config == NULL)
    return NULL;
  if (lan_hub_control_ask (config->state, words, said, &why))
    return g_steal_pointer (&said);
  if (g_error_matches (why, LAN_HUB_ERROR, LAN_HUB_ERROR_MISSING))
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_MISSING,
                 _ ("no server is running on %s: start it with lanyard-server run, or systemctl "
                    "start lanyard-server"),
                 config->state);
  else
    g_propagate_error (error, g_steal_pointer (&why));
  return NULL;
}

static gboolean
is_dark (const QRcode *code, int x, int y)
{
  return x >= 0 && y >= 0 && x < code->width && y < code->width &&
         (code->data[y * code->width + x] & 1) != 0;
}

void
lan_hub_cli_qr (const char *text, gboolean always)
{
  /* Dark modules are left out: on the usual dark terminal they show as they should. */
  static const char *const blocks[] = { "\u2588", "\u2584", "\u2580", " " };
  QRcode *code;

  if (!always && !isatty (STDOUT_FILENO))
    return;
  code = QRcode_encodeString8bit (text, 0, QR_ECLEVEL_L);
  if (code == NULL)
    return;
  for (int y = -2; y < code->width + 2; y += 2) {
    for (int x = -2; x < code->width + 2; x++)
      fputs (blocks[(is_dark (code, x, y) ? 1 : 0) + (is_dark (code, x, y + 1) ? 2 : 0)], stdout);
    fputc ('\n', stdout);
  }
  QRcode_free (code);
}

static char *
read_hidden (const char *prompt)
{
  struct termios shown, hidden;
  char line[1100];
  gboolean is_terminal = tcgetattr (STDIN_FILENO, &shown) == 0;
  char *end, *got;

  if (is_terminal) {
    fprintf (stderr, "%s ", prompt);
    hidden = shown;
    hidden.c_lflag &= (tcflag_t) ~ECHO;
    (void) tcsetattr (STDIN_FILENO, TCSAFLUSH, &hidden);
  }
  got = fgets (line, sizeof line, stdin);
  if (is_terminal) {
    (void) tcsetattr (STDIN_FILENO, TCSAFLUSH, &shown);
    fputc ('\n', stderr);
  }
  if (got == NULL)
    return NULL;
  end = strpbrk (line, "\r\n");
  if (end != NULL)
    *end = '\0';
  got = g_strdup (line);
  lan_secret_wipe (line, sizeof line);
  return got;
}

char *
lan_hub_cli_passphrase (LanHubCli *cli, const char *prompt, GError **error)
{
  char *text = NULL;

  if (cli->passphrase_file != NULL) {
    if (!g_file_get_contents (cli->passphrase_file, &text, NULL, error))
      return NULL;
    text[strcspn (text, "\r\n")] = '\0';
  } else {
    text = read_hidden (prompt);
  }
  if (text != NULL && *text != '\0')
    return text;
  g_free (text);
  g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_USAGE, "%s", _ ("a passphrase is needed"));
  return NULL;
}

/* ---- commands that only ask ---- */

static void
add_option (GPtrArray *words, const char *name, const char *value)
{
  if (value == NULL)
    return;
  g_ptr_array_add (words, (gpointer) name);
  g_ptr_array_add (words, (gpointer) value);
}

static int
ask_and_print (LanHubCli *cli, GPtrArray *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) said = NULL;

  g_ptr_array_add (words, NULL);
  said = lan_hub_cli_ask (cli, (const char *const *) words->pdata, &error);
  if (said == NULL)
    return lan_hub_cli_fail (error);
  for (guint i = 0; i < said->len; i++)
    puts (said->pdata[i]);
  return LAN_HUB_EXIT_DONE;
}

static int
ask_simple (LanHubCli *cli, const char *name, char **args)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();

  g_ptr_array_add (words, (gpointer) name);
  for (; args != NULL && *args != NULL; args++)
    g_ptr_array_add (words, *args);
  return ask_and_print (cli, words);
}

static int
revoke_invite (LanHubCli *cli)
{
  const char *words[] = { "revoke-invite", cli->revoke, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) said = lan_hub_cli_ask (cli, words, &error);

  if (said == NULL)
    return lan_hub_cli_fail (error);
  puts (_ ("This invite is worth nothing any more."));
  return LAN_HUB_EXIT_DONE;
}

int
lan_hub_cli_invite (LanHubCli *cli, char **args)
{
  g_autofree char *days = g_strdup_printf ("%d", cli->days);
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  g_autoptr (GPtrArray) said = NULL;
  g_autoptr (GError) error = NULL;

  if (cli->revoke != NULL)
    return revoke_invite (cli);
  g_ptr_array_add (words, (gpointer) "invite");
  if (cli->days != LAN_HUB_CLI_DAYS_NONE)
    add_option (words, "--days", days);
  add_option (words, "--login", cli->login);
  add_option (words, "--name", cli->name);
  add_option (words, "--title", cli->title);
  add_option (words, "--department", cli->department);
  if (cli->admin)
    g_ptr_array_add (words, (gpointer) "--admin");
  g_ptr_array_add (words, NULL);
  said = lan_hub_cli_ask (cli, (const char *const *) words->pdata, &error);
  if (said == NULL || said->len == 0)
    return error != NULL ? lan_hub_cli_fail (error) : LAN_HUB_EXIT_FAILED;
  lan_hub_cli_qr (said->pdata[0], FALSE);
  puts (said->pdata[0]);
  return LAN_HUB_EXIT_DONE;
}

/* Columns as wide as what they hold; names may be Chinese, so width is counted in cells. */
static int
cells (const char *text)
{
  int n = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text)) {
    gunichar c = g_utf8_get_char (text);

    n += g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
  }
  return n;
}

static void
print_table (GPtrArray *rows, guint columns)
{
  g_autofree int *widths = g_new0 (int, columns);

  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < rows->len; i++) {
      char **row = rows->pdata[i];

      for (guint c = 0; c < columns && row[c] != NULL; c++) {
        if (pass == 0)
          widths[c] = MAX (widths[c], cells (row[c]));
        else
          printf ("%s%*s", row[c],
                  row[c + 1] != NULL && c + 1 < columns ? widths[c] - cells (row[c]) + 2 : 0, "");
      }
      if (pass == 1)
        putchar ('\n');
    }
}

int
lan_hub_cli_users (LanHubCli *cli, char **args)
{
  const char *words[] = { "users", NULL };
  const char *heads[] = { _ ("LOGIN"), _ ("NAME"),    _ ("TITLE"), _ ("DEPARTMENT"), _ ("STATE"),
                          _ ("ROLE"),  _ ("DEVICES"), _ ("HERE"),  _ ("LEVEL"),      NULL };
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) said = lan_hub_cli_ask (cli, words, &error);

  if (said == NULL)
    return lan_hub_cli_fail (error);
  if (cli->json) {
    /* One tab-separated line each, for programs: the order is that of the heads. */
    for (guint i = 0; i < said->len; i++)
      puts (said->pdata[i]);
    return LAN_HUB_EXIT_DONE;
  }
  g_ptr_array_add (rows, g_strdupv ((char **) heads));
  for (guint i = 0; i < said->len; i++)
    g_ptr_array_add (rows, g_strsplit (said->pdata[i], "\t", -1));
  print_table (rows, 9);
  return LAN_HUB_EXIT_DONE;
}

static int
ask_user (LanHubCli *cli, const char *login, const char *hash)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();

  g_ptr_array_add (words, (gpointer) "user");
  g_ptr_array_add (words, (gpointer) login);
  add_option (words, "--name", cli->name);
  add_option (words, "--title", cli->title);
  add_option (words, "--department", cli->department);
  add_option (words, "--password-hash", hash);
  if (cli->admin)
    g_ptr_array_add (words, (gpointer) "--admin");
  if (cli->member)
    g_ptr_array_add (words, (gpointer) "--member");
  if (cli->reset)
    g_ptr_array_add (words, (gpointer) "--reset");
  return ask_and_print (cli, words);
}

int
lan_hub_cli_user (LanHubCli *cli, char **args)
{
  return ask_user (cli, args[0], NULL);
}

int
lan_hub_cli_password (LanHubCli *cli, char **args)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LanHubConfig) config = lan_hub_cli_config (cli, &error);
  g_autoptr (LanHubKeys) keys = config != NULL ? lan_hub_keys_load (config->state, &error) : NULL;
  g_autofree char *login = lan_login_canonical (args[0]);
  guint8 secret[LAN_PASSWORD_SECRET_BYTES];
  char hash[LAN_PASSWORD_HASH_MAX];
  char *password;
  LanStatus status;

  if (keys == NULL)
    return lan_hub_cli_fail (error);
  password = lan_hub_cli_passphrase (cli, _ ("Password:"), &error);
  if (password == NULL)
    return lan_hub_cli_fail (error);
  status = login != NULL ? lan_password_secret (password, keys->server_public, login, secret)
                         : LAN_STATUS_MALFORMED;
  lan_secret_wipe (password, strlen (password));
  g_free (password);
  if (status == LAN_STATUS_OK)
    status = lan_password_store (secret, hash);
  lan_secret_wipe (secret, sizeof secret);
  if (status != LAN_STATUS_OK) {
    fprintf (stderr, _ ("lanyard-server: this login or password cannot be used (%s)\n"),
             lan_status_text (status));
    return LAN_HUB_EXIT_FAILED;
  }
  return ask_user (cli, login, hash);
}

int
lan_hub_cli_suspend (LanHubCli *cli, char **args)
{
  return ask_simple (cli, "suspend", args);
}

int
lan_hub_cli_resume (LanHubCli *cli, char **args)
{
  return ask_simple (cli, "resume", args);
}

int
lan_hub_cli_leave (LanHubCli *cli, char **args)
{
  return ask_simple (cli, "leave", args);
}

int
lan_hub_cli_revoke (LanHubCli *cli, char **args)
{
  return ask_simple (cli, "revoke-device", args);
}

static int
ask_running (LanHubCli *cli, const char *name)
{
  const char *words[] = { name, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) said = lan_hub_cli_ask_running (cli, words, &error);

  if (said == NULL)
    return lan_hub_cli_fail (error);
  for (guint i = 0; i < said->len; i++)
    puts (said->pdata[i]);
  return LAN_HUB_EXIT_DONE;
}

int
lan_hub_cli_reload (LanHubCli *cli, char **args)
{
  return ask_running (cli, "reload");
}

int
lan_hub_cli_status (LanHubCli *cli, char **args)
{
  return ask_running (cli, "status");
}
