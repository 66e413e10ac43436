/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * `lanyard-server org`: what is done with the organisation's key, away from the server. People come as a
 * file from `org export` at the server, are signed here by an issuer key of level 2, and go back by
 * `org import`. Files are GLib key files: readable, and one can see what one signs.
 */
#include "lan-hub-cli.h"

#include "lan-attestation.h"
#include "lan-hub-control.h"
#include "lan-random-system.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DAY_S       86400
#define PEOPLE      "lanyard people"
#define SIGNED      "lanyard signed"
#define OBJECTS_MAX 20000

static gint64
now_s (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static LanOrgKey *
open_root (LanHubCli *cli, const char *path, GError **error)
{
  g_autofree char *passphrase =
      lan_hub_cli_passphrase (cli, _ ("Passphrase of the organisation's key:"), error);

  return passphrase != NULL ? lan_hub_org_open (path, passphrase, error) : NULL;
}

static int
org_new (LanHubCli *cli, char **args, GError **error)
{
  const char *path = args[0] != NULL ? args[0] : cli->org_key;
  g_autofree char *words = cli->passphrase_file == NULL ? lan_hub_org_words () : NULL;
  g_autofree char *given =
      cli->passphrase_file != NULL ? lan_hub_cli_passphrase (cli, "", error) : NULL;
  g_autoptr (LanOrgKey) key = NULL;
  g_autofree char *hex = NULL;

  if (words == NULL && given == NULL)
    return LAN_HUB_EXIT_FAILED;
  key = lan_hub_org_new (path, words != NULL ? words : given, error);
  if (key == NULL)
    return LAN_HUB_EXIT_FAILED;
  hex = lan_hex_encode (lan_org_key_public (key), LAN_KEY_BYTES);
  printf ("%s\n%s\n", path, hex);
  if (words != NULL)
    printf (_ ("Its passphrase, shown this once, to be written down:\n\n    %s\n"), words);
  return LAN_HUB_EXIT_DONE;
}

static int
org_show (LanHubCli *cli, char **args, GError **error)
{
  const char *path = args[0] != NULL ? args[0] : cli->org_key;
  g_autofree char *data = NULL, *hex = NULL, *day = NULL;
  g_autoptr (GDateTime) made = NULL;
  LanOrgKeyFile file;
  gsize len;

  if (!g_file_get_contents (path, &data, &len, error))
    return LAN_HUB_EXIT_FAILED;
  lan_crypto_init ();
  if (lan_org_key_file_decode (&file, (const guint8 *) data, len) != LAN_STATUS_OK) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_DAMAGED, _ ("%s is no organisation's key"),
                 path);
    return LAN_HUB_EXIT_FAILED;
  }
  hex = lan_hex_encode (file.root_public, LAN_KEY_BYTES);
  made = g_date_time_new_from_unix_utc (file.made_s);
  day = made != NULL ? g_date_time_format (made, "%Y-%m-%d") : g_strdup ("?");
  printf ("key %s\nmade %s\n", hex, day);
  return LAN_HUB_EXIT_DONE;
}

/* An issuer's file: seed and certificate, both in base64. */
static gboolean
write_issuer (const char *path, const LanIssuerKey *key, GBytes *cert, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *seed = g_base64_encode (lan_issuer_key_seed (key), LAN_KEY_BYTES);
  g_autofree char *text = g_base64_encode (g_bytes_get_data (cert, NULL), g_bytes_get_size (cert));
  g_autofree char *data = NULL;
  gboolean is_good;
  gsize len;

  g_key_file_set_string (file, "lanyard issuer", "seed", seed);
  g_key_file_set_string (file, "lanyard issuer", "certificate", text);
  data = g_key_file_to_data (file, &len, NULL);
  is_good = lan_hub_file_write (path, data, len, error);
  lan_secret_wipe (data, len);
  lan_secret_wipe (seed, strlen (seed));
  return is_good;
}

static GBytes *
get_base64 (GKeyFile *file, const char *group, const char *key, gsize want)
{
  g_autofree char *text = g_key_file_get_string (file, group, key, NULL);
  g_autofree guchar *bytes = NULL;
  gsize len = 0;

  if (text != NULL)
    bytes = g_base64_decode (text, &len);
  if (bytes == NULL || len == 0 || (want != 0 && len != want))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&bytes), len);
}

static gboolean
set_damaged (GError **error, const char *path)
{
  g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_DAMAGED, _ ("%s is not such a file"), path);
  return FALSE;
}

static gboolean
read_issuer (const char *path, LanIssuerKey **key, LanIssuer *issuer, GBytes **cert, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GBytes) seed = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, error))
    return FALSE;
  lan_crypto_init ();
  seed = get_base64 (file, "lanyard issuer", "seed", LAN_KEY_BYTES);
  *cert = get_base64 (file, "lanyard issuer", "certificate", LAN_ISSUER_BYTES);
  if (seed == NULL || *cert == NULL ||
      lan_issuer_decode (issuer, g_bytes_get_data (*cert, NULL), g_bytes_get_size (*cert)) !=
          LAN_STATUS_OK)
    return set_damaged (error, path);
  *key = lan_issuer_key_new_from_seed (g_bytes_get_data (seed, NULL));
  if (memcmp (issuer->public_key, lan_issuer_key_public (*key), LAN_KEY_BYTES) != 0)
    return set_damaged (error, path);
  return TRUE;
}

static int
org_issuer (LanHubCli *cli, char **args, GError **error)
{
  const char *path = args[0] != NULL ? args[0] : cli->org_key;
  const char *out = cli->output != NULL ? cli->output : "issuer.key";
  gint64 days = cli->days == LAN_HUB_CLI_DAYS_NONE ? 365 : cli->days;
  g_autoptr (LanOrgKey) root = NULL;
  g_autoptr (LanIssuerKey) key = NULL;
  g_autoptr (GBytes) cert = NULL;

  if (days < 1 || days > 366) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_USAGE, "%s",
                 _ ("--days is a number from 1 to 366"));
    return LAN_HUB_EXIT_USAGE;
  }
  root = open_root (cli, path, error);
  if (root == NULL)
    return LAN_HUB_EXIT_FAILED;
  key = lan_issuer_key_new (lan_random_system ());
  cert = lan_issuer_issue (root, lan_issuer_key_public (key), cli->level == 1 ? 1 : 2,
                           now_s () - 3600, now_s () - 3600 + days * DAY_S);
  if (cert == NULL || !write_issuer (out, key, cert, error))
    return LAN_HUB_EXIT_FAILED;
  printf (_ ("%s signs people for %d days. Keep it as safe as the organisation's key.\n"), out,
          (int) days);
  return LAN_HUB_EXIT_DONE;
}

/* The server's own issuer, for a year more: two files, whose folder is imported there. */
static int
org_renew (LanHubCli *cli, char **args, GError **error)
{
  const char *path = args[0] != NULL ? args[0] : cli->org_key;
  const char *folder = cli->output != NULL ? cli->output : ".";
  g_autofree char *key_path = g_build_filename (folder, "issuer.key", NULL);
  g_autofree char *cert_path = g_build_filename (folder, "issuer.cert", NULL);
  g_autoptr (LanOrgKey) root = open_root (cli, path, error);
  g_autoptr (LanIssuerKey) key = NULL;
  g_autoptr (GBytes) cert = NULL;

  if (root == NULL)
    return LAN_HUB_EXIT_FAILED;
  key = lan_issuer_key_new (lan_random_system ());
  cert = lan_issuer_issue (root, lan_issuer_key_public (key), LAN_LEVEL_SERVER, now_s () - 3600,
                           now_s () - 3600 + LAN_ISSUER_LIFE_SECONDS);
  if (cert == NULL ||
      !lan_hub_file_write (cert_path, g_bytes_get_data (cert, NULL), g_bytes_get_size (cert),
                           error) ||
      !lan_hub_file_write (key_path, lan_issuer_key_seed (key), LAN_KEY_BYTES, error))
    return LAN_HUB_EXIT_FAILED;
  printf (_ ("%s and %s are made. At the server, which may go on running:\n"
             "  lanyard-server org import %s\n"),
          key_path, cert_path, folder);
  return LAN_HUB_EXIT_DONE;
}

/* A key for the lanes: whoever pinned the one before follows it because the root has signed it. */
static int
org_server_key (LanHubCli *cli, char **args, GError **error)
{
  const char *path = args[0] != NULL ? args[0] : cli->org_key;
  const char *folder = cli->output != NULL ? cli->output : ".";
  g_autofree char *key_path = g_build_filename (folder, "server.key", NULL);
  g_autofree char *cert_path = g_build_filename (folder, "server.cert", NULL);
  g_autoptr (LanOrgKey) root = open_root (cli, path, error);
  guint8 secret[LAN_KEY_BYTES], public_key[LAN_KEY_BYTES];
  g_autoptr (GBytes) cert = NULL;
  gboolean is_good;

  if (root == NULL)
    return LAN_HUB_EXIT_FAILED;
  lan_random_bytes (lan_random_system (), secret, sizeof secret);
  lan_dh_public_from_secret (public_key, secret);
  cert = lan_server_key_issue (root, public_key, lan_hub_server_key_number (), now_s ());
  is_good = lan_hub_file_write (cert_path, g_bytes_get_data (cert, NULL), g_bytes_get_size (cert),
                                error) &&
            lan_hub_file_write (key_path, secret, sizeof secret, error);
  lan_secret_wipe (secret, sizeof secret);
  if (!is_good)
    return LAN_HUB_EXIT_FAILED;
  printf (_ ("%s and %s are made. At the server, which may go on running:\n"
             "  lanyard-server org import %s\n"),
          key_path, cert_path, folder);
  return LAN_HUB_EXIT_DONE;
}

static int
org_export (LanHubCli *cli, char **args, GError **error)
{
  static const char *const keys[] = { "uid",   "account",    "login",  "display",
                                      "title", "department", "status", "newest" };
  const char *words[] = { "export", NULL };
  const char *out = args[0] != NULL ? args[0] : "people.txt";
  g_autoptr (GPtrArray) said = lan_hub_cli_ask (cli, words, error);
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (said == NULL)
    return LAN_HUB_EXIT_FAILED;
  g_key_file_set_string (file, PEOPLE, "version", "1");
  for (guint i = 0; i < said->len; i++) {
    g_auto (GStrv) fields = g_strsplit (said->pdata[i], "\t", G_N_ELEMENTS (keys));

    for (guint k = 1; k < G_N_ELEMENTS (keys) && fields[k] != NULL; k++)
      g_key_file_set_string (file, fields[0], keys[k], fields[k]);
  }
  if (!g_key_file_save_to_file (file, out, error))
    return LAN_HUB_EXIT_FAILED;
  printf (ngettext ("%s holds %u person.\n", "%s holds %u people.\n", said->len), out, said->len);
  return LAN_HUB_EXIT_DONE;
}

static void
get_text (GKeyFile *file, const char *group, const char *key, char *out, gsize len)
{
  g_autofree char *text = g_key_file_get_string (file, group, key, NULL);

  g_strlcpy (out, text != NULL ? text : "", len);
}

/* Returns: NULL when the file's entry is no person. */
static GBytes *
sign_person (GKeyFile *file, const char *group, const LanIssuer *issuer, const LanIssuerKey *key)
{
  LanAttestation person = { .seq = 1, .not_before_s = now_s () - 3600 };
  g_autofree char *account = g_key_file_get_string (file, group, "account", NULL);
  g_autoptr (GBytes) newest = get_base64 (file, group, "newest", 0);
  LanAttestation old;

  if (!lan_user_id_from_hex (&person.user, group) || account == NULL ||
      !lan_account_id_from_hex (&person.account, account))
    return NULL;
  if (newest != NULL && lan_attestation_decode (&old, g_bytes_get_data (newest, NULL),
                                                g_bytes_get_size (newest)) == LAN_STATUS_OK)
    person.seq = old.seq + 1;
  person.status = (guint8) CLAMP (g_key_file_get_integer (file, group, "status", NULL), 0, 2);
  person.not_after_s = issuer->not_after_s;
  get_text (file, group, "login", person.login, sizeof person.login);
  get_text (file, group, "display", person.display, sizeof person.display);
  get_text (file, group, "title", person.title, sizeof person.title);
  get_text (file, group, "department", person.department, sizeof person.department);
  return lan_attestation_issue (&person, issuer, key);
}

static gboolean
ask_person (LanHubCli *cli, GKeyFile *file, const char *group)
{
  char login[80], display[140], title[140], department[210], answer[16], account[80];

  get_text (file, group, "login", login, sizeof login);
  get_text (file, group, "display", display, sizeof display);
  get_text (file, group, "title", title, sizeof title);
  get_text (file, group, "department", department, sizeof department);
  get_text (file, group, "account", account, sizeof account);
  printf ("%s  %s  %s  %s\n  %s\n", login, display, title, department, account);
  if (cli->yes)
    return TRUE;
  printf (_ ("Sign? [y/N] "));
  fflush (stdout);
  return fgets (answer, sizeof answer, stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y');
}

static int
org_sign (LanHubCli *cli, char **args, GError **error)
{
  const char *out = cli->output != NULL ? cli->output : "signed.txt";
  g_autoptr (LanIssuerKey) key = NULL;
  g_autoptr (GBytes) cert = NULL;
  g_autoptr (GKeyFile) people = g_key_file_new (), signed_file = g_key_file_new ();
  g_auto (GStrv) groups = NULL;
  g_autofree char *text = NULL;
  LanIssuer issuer;
  guint n = 0;

  if (args[0] == NULL || args[1] == NULL) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_USAGE, "%s",
                 "lanyard-server org sign ISSUER PEOPLE [--output FILE] [--yes]");
    return LAN_HUB_EXIT_USAGE;
  }
  if (!read_issuer (args[0], &key, &issuer, &cert, error) ||
      !g_key_file_load_from_file (people, args[1], G_KEY_FILE_NONE, error))
    return LAN_HUB_EXIT_FAILED;
  text = g_base64_encode (g_bytes_get_data (cert, NULL), g_bytes_get_size (cert));
  g_key_file_set_string (signed_file, SIGNED, "0", text);
  groups = g_key_file_get_groups (people, NULL);
  for (char **group = groups; *group != NULL; group++) {
    g_autofree char *number = NULL, *object = NULL;
    g_autoptr (GBytes) bytes = NULL;

    if (strcmp (*group, PEOPLE) == 0 || !ask_person (cli, people, *group))
      continue;
    bytes = sign_person (people, *group, &issuer, key);
    if (bytes == NULL) {
      g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_DAMAGED,
                   _ ("the entry [%s] breaks a rule: names without control characters, departments "
                      "such as Sales/North"),
                   *group);
      return LAN_HUB_EXIT_FAILED;
    }
    number = g_strdup_printf ("%u", ++n);
    object = g_base64_encode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    g_key_file_set_string (signed_file, SIGNED, number, object);
  }
  if (!g_key_file_save_to_file (signed_file, out, error))
    return LAN_HUB_EXIT_FAILED;
  printf (ngettext ("%u signature is in %s. At the server: lanyard-server org import %s\n",
                    "%u signatures are in %s. At the server: lanyard-server org import %s\n", n),
          n, out, out);
  return LAN_HUB_EXIT_DONE;
}

static char *
read_base64 (const char *folder, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL), *data = NULL;
  gsize len;

  return g_file_get_contents (path, &data, &len, error)
             ? g_base64_encode ((const guchar *) data, len)
             : NULL;
}

static gboolean
has_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static gboolean
import_pair (LanHubCli *cli, const char *folder, const char *command, const char *key_name,
             const char *cert_name, GError **error)
{
  g_autofree char *key = read_base64 (folder, key_name, error);
  g_autofree char *cert = key != NULL ? read_base64 (folder, cert_name, error) : NULL;
  const char *words[] = { command, key, cert, NULL };
  g_autoptr (GPtrArray) said = cert != NULL ? lan_hub_cli_ask (cli, words, error) : NULL;

  return said != NULL;
}

/* What `org renew`, `org server-key` or both have left in @folder. */
static int
import_folder (LanHubCli *cli, const char *folder, GError **error)
{
  gboolean has_server = has_file (folder, "server.key");

  if (has_server) {
    if (!import_pair (cli, folder, "server-key", "server.key", "server.cert", error))
      return LAN_HUB_EXIT_FAILED;
    puts (_ ("The server answers with the new key from now on; people's programs follow by "
             "themselves. Invites and passwords of before do not fit it: make new invites. Delete "
             "the two files here."));
  }
  if (has_server && !has_file (folder, "issuer.key"))
    return LAN_HUB_EXIT_DONE;
  if (!import_pair (cli, folder, "issuer", "issuer.key", "issuer.cert", error))
    return LAN_HUB_EXIT_FAILED;
  puts (
      _ ("The server attests people with the renewed key from now on. Delete the two files here."));
  return LAN_HUB_EXIT_DONE;
}

static int
org_import (LanHubCli *cli, char **args, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) said = NULL;

  if (args[0] == NULL) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_USAGE, "%s",
                 "lanyard-server org import FILE|FOLDER");
    return LAN_HUB_EXIT_USAGE;
  }
  if (g_file_test (args[0], G_FILE_TEST_IS_DIR))
    return import_folder (cli, args[0], error);
  if (!g_key_file_load_from_file (file, args[0], G_KEY_FILE_NONE, error))
    return LAN_HUB_EXIT_FAILED;
  g_ptr_array_add (words, g_strdup ("import"));
  for (guint i = 0; i < OBJECTS_MAX; i++) {
    g_autofree char *number = g_strdup_printf ("%u", i);
    char *object = g_key_file_get_string (file, SIGNED, number, NULL);

    if (object == NULL)
      break;
    g_ptr_array_add (words, object);
  }
  if (words->len < 2) {
    set_damaged (error, args[0]);
    return LAN_HUB_EXIT_FAILED;
  }
  g_ptr_array_add (words, NULL);
  said = lan_hub_cli_ask (cli, (const char *const *) words->pdata, error);
  if (said == NULL)
    return LAN_HUB_EXIT_FAILED;
  if (words->len == 3) { /* one object and no issuer beside it: a restart */
    puts (_ ("It is in the directory."));
    return LAN_HUB_EXIT_DONE;
  }
  printf (ngettext ("%u signature is in the directory.\n", "%u signatures are in the directory.\n",
                    words->len - 3),
          words->len - 3);
  return LAN_HUB_EXIT_DONE;
}

static const struct {
  const char *name;
  int (*run) (LanHubCli *cli, char **args, GError **error);
} tools[] = {
  { "new", org_new },
  { "show", org_show },
  { "issuer", org_issuer },
  { "renew", org_renew },
  { "server-key", org_server_key },
  { "export", org_export },
  { "sign", org_sign },
  { "import", org_import },
  { "request", lan_hub_org_request },
  { "restart", lan_hub_org_restart },
};

int
lan_hub_cli_org (LanHubCli *cli, char **args)
{
  for (guint i = 0; i < G_N_ELEMENTS (tools); i++)
    if (strcmp (args[0], tools[i].name) == 0) {
      g_autoptr (GError) error = NULL;
      int code = tools[i].run (cli, args + 1, &error);

      if (error != NULL)
        (void) lan_hub_cli_fail (error);
      return code;
    }
  fprintf (stderr, _ ("lanyard-server: there is no 'org %s'; see lanyard-server(8)\n"), args[0]);
  return LAN_HUB_EXIT_USAGE;
}
