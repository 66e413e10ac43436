/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * init, id, people, verify: who one is, and who the others are.
 */
#include "lan-cli.h"

#include <glib/gi18n.h>

int
lan_cli_init (LanCli *cli, char **args)
{
  const char *name = cli->name != NULL ? cli->name : g_get_real_name ();
  g_autoptr (GError) error = NULL;
  LanPerson *self;

  if (!lan_cli_open_node (cli, name, &error)) {
    lan_cli_complain_error (cli, error);
    return LAN_CLI_FAILED;
  }
  self = lan_node_get_self (cli->node);
  if (cli->hidden)
    lan_node_set_hidden (cli->node, TRUE);
  if (cli->json) {
    g_autoptr (JsonObject) o = lan_cli_params ("id", lan_person_get_id (self));

    json_object_set_string_member (o, "name", lan_person_get_name (self));
    lan_cli_print_json (o);
  } else {
    lan_cli_print (_ ("You are %s.\nYour id: %s\nYour profile: %s\n"), lan_person_get_name (self),
                   lan_person_get_id (self), lan_node_get_profile_dir (cli->node));
    if (lan_node_get_protection (cli->node) == LAN_NODE_PROTECTION_NONE)
      lan_cli_print (_ ("Your keys are not protected: whoever can read your files can use them. "
                        "Use --passphrase-file with init to lock them.\n"));
  }
  return LAN_CLI_OK;
}

int
lan_cli_id (LanCli *cli, char **args)
{
  g_autoptr (JsonObject) self = NULL;
  g_autoptr (GError) error = NULL;
  const char *code;

  if (lan_cli_open (cli) != LAN_CLI_OK)
    return LAN_CLI_FAILED;
  self = lan_cli_call (cli, "self.get", NULL, &code, &error);
  if (self == NULL) {
    lan_cli_complain (cli, code, error->message);
    return LAN_CLI_FAILED;
  }
  if (cli->json)
    lan_cli_print_json (self);
  else
    lan_cli_print ("%s  %s\n", json_object_get_string_member (self, "id"),
                   json_object_get_string_member (self, "name"));
  return LAN_CLI_OK;
}

static const char *
trust_word (const char *trust)
{
  static const struct {
    const char *name;
    const char *word;
  } words[] = {
    { "claimed", N_ ("new here") },          { "tofu", N_ ("known") },
    { "attested", N_ ("in the directory") }, { "verified", N_ ("verified") },
    { "changed", N_ ("key changed") },       { "revoked", N_ ("withdrawn") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    if (g_str_equal (words[i].name, trust))
      return _ (words[i].word);
  }
  return trust;
}

/* Suspended is another thing than withdrawn. */
static const char *
standing_word (JsonObject *person)
{
  const char *standing = json_object_has_member (person, "standing")
                             ? json_object_get_string_member (person, "standing")
                             : "";

  if (g_str_equal (standing, "suspended"))
    return _ ("suspended");
  if (g_str_equal (standing, "left"))
    return _ ("left the company");
  return trust_word (json_object_get_string_member (person, "trust"));
}

static void
print_person (JsonObject *person)
{
  const char *status = json_object_get_string_member (person, "status");
  gboolean online = json_object_get_boolean_member (person, "online");

  lan_cli_print ("%.16s  %s  (%s, %s)%s%s\n", json_object_get_string_member (person, "id"),
                 json_object_get_string_member (person, "name"), standing_word (person),
                 online ? json_object_get_string_member (person, "presence") : _ ("not here"),
                 *status != '\0' ? "  " : "", status);
}

int
lan_cli_people (LanCli *cli, char **args)
{
  g_autoptr (JsonObject) result = NULL;
  g_autoptr (GError) error = NULL;
  gint64 deadline;
  const char *code;
  JsonArray *people;

  if (lan_cli_open (cli) != LAN_CLI_OK)
    return LAN_CLI_FAILED;
  /* A node that was running already knows who is here. */
  deadline = lan_cli_deadline (cli, cli->node != NULL ? 3.0 : 0.0);
  while (lan_cli_wait (cli, deadline))
    ;
  result = lan_cli_call (cli, "people.list", NULL, &code, &error);
  if (result == NULL) {
    lan_cli_complain (cli, code, error->message);
    return LAN_CLI_FAILED;
  }
  if (cli->json) {
    lan_cli_print_json (result);
    return LAN_CLI_OK;
  }
  people = json_object_get_array_member (result, "people");
  for (guint i = 0; i < json_array_get_length (people); i++)
    print_person (json_array_get_object_element (people, i));
  if (json_array_get_length (people) == 0)
    lan_cli_print (_ ("Nobody is here yet. Longer with --wait SECONDS.\n"));
  return LAN_CLI_OK;
}

static void
print_words (JsonObject *person)
{
  JsonArray *words = json_object_get_array_member (person, "words");
  const char *number = json_object_get_string_member (person, "number");

  lan_cli_print (_ ("%s: read these words to each other, or this number.\n"),
                 json_object_get_string_member (person, "name"));
  for (guint i = 0; i < json_array_get_length (words); i++)
    lan_cli_print ("%s%s", json_array_get_string_element (words, i), i % 4 == 3 ? "\n" : "  ");
  for (gsize i = 0; number[i] != '\0'; i += 5)
    lan_cli_print ("%.5s%s", number + i, i % 20 == 15 ? "\n" : "  ");
  lan_cli_print (_ ("If they are the same on both sides: lanyard-cli verify %.16s WORD…\n"),
                 json_object_get_string_member (person, "id"));
}

static int
compare (LanCli *cli, JsonObject *person, char **args)
{
  g_autofree char *given = g_strjoinv (" ", args);
  g_autoptr (JsonObject) result = NULL;
  g_autoptr (GError) error = NULL;
  const char *code;
  JsonObject *params = lan_cli_params ("id", json_object_get_string_member (person, "id"));

  json_object_set_string_member (params, g_ascii_isdigit (given[0]) ? "number" : "words", given);
  result = lan_cli_call (cli, "peer.verify", params, &code, &error);
  if (result == NULL) {
    lan_cli_complain (cli, code, error->message);
    return LAN_CLI_FAILED;
  }
  if (cli->json)
    lan_cli_print_json (result);
  else
    lan_cli_print (_ ("%s is verified.\n"), json_object_get_string_member (person, "name"));
  return LAN_CLI_OK;
}

int
lan_cli_verify (LanCli *cli, char **args)
{
  g_autoptr (JsonObject) person = NULL;

  if (lan_cli_open (cli) != LAN_CLI_OK)
    return LAN_CLI_FAILED;
  person = lan_cli_find_peer (cli, args[0], lan_cli_deadline (cli, 5.0));
  if (person == NULL)
    return LAN_CLI_FAILED;
  if (args[1] != NULL)
    return compare (cli, person, args + 1);
  if (cli->json)
    lan_cli_print_json (person);
  else
    print_words (person);
  return LAN_CLI_OK;
}
