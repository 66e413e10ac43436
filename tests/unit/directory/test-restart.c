/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A server that comes back from a backup: clients take its older directory when the organisation's key
 * says so, once, and never on the word of whoever holds the server.
 */
#include "test-directory.h"

typedef struct {
  DirWorld *world;
  DirClient *ann, *bob, *cem;
} Company;

static const LanAccountId *
account_of (DirClient *client)
{
  return lan_account_keys_id (client->account);
}

static guint64
epoch_of (DirClient *client)
{
  LanServerClientInfo info;

  lan_server_client_get_info (client->machine, &info);
  return info.dir_epoch;
}

static void
change_title (Company *co, guint view, DirClient *who, const char *title)
{
  LanUserId uid = dir_client_uid (who);
  LanRegistryAccountChange change = { .uid = &uid, .title = title, .status = -1, .role = -1 };

  dir_world_change (co->world, view, &change);
  g_assert_cmpint (co->world->admin_refusal, ==, LAN_REFUSAL_NONE);
  dir_world_pass (co->world, 1500);
}

static void
move (Company *co, DirClient *client, guint view)
{
  client->view = view;
  dir_client_break (client);
  dir_world_pass (co->world, 70000); /* backing off from earlier breaks */
  g_assert_cmpint (lan_server_client_get_state (client->machine), ==, LAN_SERVER_ONLINE);
}

/* Ann and Bob; the backup; then Cem comes and Ann gets another title. */
static void
set_up (Company *co, gconstpointer data)
{
  co->world = dir_world_new (23);
  g_assert_cmpint (dir_world_start (co->world, 0), ==, LAN_STATUS_OK);
  dir_world_run (co->world);
  co->ann = dir_world_add (co->world, "Ann");
  co->bob = dir_world_add (co->world, "Bob");
  co->cem = dir_world_add (co->world, "Cem");
  dir_client_join (co->ann, "ann");
  dir_client_join (co->bob, "bob");
  dir_world_pass (co->world, 1500);
  co->world->servers[1].store = dir_store_copy (co->world->servers[0].store);
  dir_client_join (co->cem, "cem");
  change_title (co, 0, co->ann, "Director");
  g_assert_cmpuint (lan_server_client_count_people (co->ann->machine), ==, 3);
  co->world->epoch_floor = epoch_of (co->ann) + 1000;
  g_assert_cmpint (dir_world_start (co->world, 1), ==, LAN_STATUS_OK);
  dir_world_run (co->world);
  dir_client_forget (co->ann);
  dir_client_forget (co->bob);
}

static void
tear_down (Company *co, gconstpointer data)
{
  dir_world_free (co->world);
}

static GBytes *
sign (Company *co, guint view)
{
  LanDirectoryRestart restart;

  lan_registry_get_restart (co->world->servers[view].registry, &restart, &co->world->now);
  return lan_directory_restart_issue (&restart, co->world->root);
}

static LanRefusal
import (Company *co, guint view, GBytes *object)
{
  g_autoptr (GPtrArray) objects = g_ptr_array_new ();

  g_ptr_array_add (objects, object);
  lan_registry_admin_import (co->world->servers[view].registry, 9, objects, &co->world->now);
  dir_world_pass (co->world, 1500);
  return co->world->admin_refusal;
}

static void
assert_restored (Company *co, DirClient *client)
{
  LanAttestation a;

  g_assert_cmpuint (dir_client_count (client, LAN_SERVER_CLIENT_RESTARTED), ==, 1);
  g_assert_cmpuint (dir_client_count (client, LAN_SERVER_CLIENT_PERSON_GONE), ==, 1);
  g_assert_true (lan_account_id_equal (
      &dir_client_told (client, LAN_SERVER_CLIENT_PERSON_GONE, 0)->account, account_of (co->cem)));
  g_assert_cmpuint (lan_server_client_count_people (client->machine), ==, 2);
  g_assert_true (lan_server_client_find_person (client->machine, account_of (co->ann), &a));
  g_assert_cmpstr (a.title, !=, "Director");
  g_assert_cmpuint (epoch_of (client), >=, co->world->epoch_floor);
}

static void
test_signed (Company *co, gconstpointer data)
{
  g_autoptr (GBytes) object = sign (co, 1);

  g_assert_cmpint (import (co, 1, object), ==, LAN_REFUSAL_NONE);
  move (co, co->ann, 1);
  assert_restored (co, co->ann);
  g_assert_cmpuint (dir_client_count (co->ann, LAN_SERVER_CLIENT_WARNING), ==, 0);
  /* Once: it goes on from there as before, also after a start of the program. */
  dir_client_forget (co->ann);
  change_title (co, 1, co->bob, "Engineer");
  dir_client_restart (co->ann);
  dir_world_pass (co->world, 3000);
  change_title (co, 1, co->bob, "Architect");
  g_assert_cmpuint (dir_client_count (co->ann, LAN_SERVER_CLIENT_WARNING), ==, 0);
  g_assert_cmpuint (dir_client_count (co->ann, LAN_SERVER_CLIENT_RESTARTED), ==, 0);
  g_assert_cmpuint (lan_server_client_count_people (co->ann->machine), ==, 2);
  /* Somebody who has not heard of it yet speaks of an epoch that is no more. */
  lan_server_client_heard_head (co->ann->machine, account_of (co->bob), 3,
                                (const guint8 *) "0123456789abcdef", &co->world->now);
  move (co, co->bob, 1);
  assert_restored (co, co->bob);
  dir_world_pass (co->world, 11 * 60 * 1000);
  g_assert_cmpuint (dir_client_warned (co->bob, LAN_DIRECTORY_EQUIVOCATION), ==, 0);
}

/* Who is connected while the word comes, and had warned: the same. */
static void
test_signed_later (Company *co, gconstpointer data)
{
  g_autoptr (GBytes) early = sign (co, 1), late = NULL;

  move (co, co->ann, 1);
  g_assert_cmpuint (dir_client_warned (co->ann, LAN_DIRECTORY_ROLLBACK), >=, 1);
  g_assert_cmpuint (dir_client_count (co->ann, LAN_SERVER_CLIENT_RESTARTED), ==, 0);
  g_assert_cmpuint (lan_server_client_count_people (co->ann->machine), ==, 3);
  /* The log has grown since the first question: it must be asked anew. */
  change_title (co, 1, co->bob, "Engineer");
  g_assert_cmpint (import (co, 1, early), ==, LAN_REFUSAL_STATE);
  late = sign (co, 1);
  g_assert_cmpint (import (co, 1, late), ==, LAN_REFUSAL_NONE);
  dir_world_pass (co->world, 3000);
  assert_restored (co, co->ann);
  g_assert_cmpint (import (co, 1, late), ==, LAN_REFUSAL_STATE); /* once */
}

/* Without the organisation's key nothing gives way, whatever epoch is claimed. */
static void
test_unsigned (Company *co, gconstpointer data)
{
  g_autoptr (LanOrgKey) other = lan_org_key_new (&co->world->random.base);
  g_autoptr (GBytes) forged = NULL;
  LanDirectoryRestart restart;

  lan_registry_get_restart (co->world->servers[1].registry, &restart, &co->world->now);
  forged = lan_directory_restart_issue (&restart, other);
  g_assert_cmpint (import (co, 1, forged), ==, LAN_REFUSAL_IDENTITY);
  for (guint i = 0; i < 3; i++) {
    change_title (co, 1, co->bob, i % 2 == 0 ? "Engineer" : "Architect");
    move (co, co->ann, 1);
  }
  g_assert_cmpuint (dir_client_warned (co->ann, LAN_DIRECTORY_ROLLBACK) +
                        dir_client_warned (co->ann, LAN_DIRECTORY_BROKEN),
                    >=, 1);
  g_assert_cmpuint (dir_client_count (co->ann, LAN_SERVER_CLIENT_RESTARTED), ==, 0);
  g_assert_cmpuint (lan_server_client_count_people (co->ann->machine), ==, 3);
}

/* The word of a true restore is no key to going back to it a second time. */
static void
test_replayed (Company *co, gconstpointer data)
{
  g_autoptr (GBytes) object = sign (co, 1);

  g_assert_cmpint (import (co, 1, object), ==, LAN_REFUSAL_NONE);
  move (co, co->ann, 1);
  assert_restored (co, co->ann);
  /* A copy of that moment, which the thief of the server lets go on by itself. */
  dir_world_kill (co->world, 0);
  dir_store_free (co->world->servers[0].store);
  co->world->servers[0].store = dir_store_copy (co->world->servers[1].store);
  change_title (co, 1, co->bob, "Engineer");
  change_title (co, 1, co->ann, "Director");
  dir_client_forget (co->ann);
  co->world->epoch_floor = epoch_of (co->ann) + 1000;
  g_assert_cmpint (dir_world_start (co->world, 0), ==, LAN_STATUS_OK);
  dir_world_run (co->world);
  change_title (co, 0, co->bob, "Thief");
  move (co, co->ann, 0);
  g_assert_cmpuint (dir_client_count (co->ann, LAN_SERVER_CLIENT_RESTARTED), ==, 0);
  g_assert_cmpuint (dir_client_warned (co->ann, LAN_DIRECTORY_ROLLBACK) +
                        dir_client_warned (co->ann, LAN_DIRECTORY_BROKEN),
                    >=, 1);
}

#define ADD(name, func) g_test_add ("/client/restart/" name, Company, NULL, set_up, func, tear_down)

void
add_restart_tests (void)
{
  ADD ("signed", test_signed);
  ADD ("signed-later", test_signed_later);
  ADD ("unsigned", test_unsigned);
  ADD ("replayed", test_replayed);
}
