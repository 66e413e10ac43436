/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A server that somebody took over: it has its own keys, its database and every connection, but not the
 * company's root and not the offline key. Clients refuse what it makes up and say what they saw.
 */
#include "dir-world.h"

#include "lan-cert.h"
#include "lan-device-list.h"

#include <string.h>

typedef struct {
  DirWorld *world;
  DirClient *ann, *bob;
} Company;

static const LanAccountId *
account_of (DirClient *client)
{
  return lan_account_keys_id (client->account);
}

/* Ann and Bob, Bob vouched for by the offline tool. */
static void
set_up (Company *co, gconstpointer data)
{
  g_autoptr (GPtrArray) objects = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  co->world = dir_world_new (11);
  g_assert_cmpint (dir_world_start (co->world, 0), ==, LAN_STATUS_OK);
  dir_world_run (co->world);
  co->ann = dir_world_add (co->world, "Ann");
  co->bob = dir_world_add (co->world, "Bob");
  dir_client_join (co->ann, "ann");
  dir_client_join (co->bob, "bob");
  g_ptr_array_add (objects, g_bytes_ref (co->world->offline_cert));
  g_ptr_array_add (objects, dir_world_attest (co->world, co->bob, "bob", 2, FALSE));
  lan_registry_admin_import (co->world->servers[0].registry, 1, objects, &co->world->now);
  dir_world_pass (co->world, 1500);
  g_assert_cmpuint (dir_client_count (co->ann, LAN_SERVER_CLIENT_WARNING), ==, 0);
  dir_client_forget (co->ann);
}

static void
tear_down (Company *co, gconstpointer data)
{
  dir_world_free (co->world);
}

/* Another truth: a copy of the database on which a second server goes on by itself. */
static void
fork_world (Company *co)
{
  co->world->servers[1].store = dir_store_copy (co->world->servers[0].store);
  g_assert_cmpint (dir_world_start (co->world, 1), ==, LAN_STATUS_OK);
  dir_world_run (co->world);
}

/* One change of the directory at server @view, so that it has one epoch more. */
static void
change_title (Company *co, guint view, DirClient *who, const char *title)
{
  LanUserId uid = dir_client_uid (who);
  LanRegistryAccountChange change = { .uid = &uid, .title = title, .status = -1, .role = -1 };

  dir_world_change (co->world, view, &change);
  g_assert_cmpint (co->world->admin_refusal, ==, LAN_REFUSAL_NONE);
}

static void
move (Company *co, DirClient *client, guint view)
{
  client->view = view;
  dir_client_break (client);
  dir_world_pass (co->world, 3000);
  g_assert_cmpint (lan_server_client_get_state (client->machine), ==, LAN_SERVER_ONLINE);
}

/* ---- keys ---- */

/* The server's own key may not take the place of one that the offline tool vouched for. */
static void
test_swaps_key (Company *co, gconstpointer data)
{
  DirClient *eve = dir_world_add (co->world, "Bob");
  LanRegistryInviteRow row = { .login = (char *) "bob", .uid = dir_client_uid (co->bob) };
  guint8 code[16] = { 4 };
  LanAttestation a;
  LanHash hash;

  lan_invite_hash (&hash, code);
  memcpy (row.hash, hash.b, sizeof row.hash);
  row.expires_s = co->world->now.wall_ms / 1000 + 100;
  lan_registry_admin_invite (co->world->servers[0].registry, 1, &row, &co->world->now);
  dir_world_run (co->world);
  dir_client_join_with (eve, "bob", code, NULL);
  dir_world_pass (co->world, 1500);
  g_assert_cmpuint (dir_client_warned (co->ann, LAN_DIRECTORY_DOWNGRADE), ==, 1);
  g_assert_cmpuint (dir_client_count (co->ann, LAN_SERVER_CLIENT_PERSON), ==, 0);
  g_assert_false (lan_server_client_find_person (co->ann->machine, account_of (eve), &a));
  g_assert_true (lan_server_client_find_person (co->ann->machine, account_of (co->bob), &a));
  g_assert_cmpuint (a.level, ==, LAN_LEVEL_OFFLINE);
}

/* Appends @entry to the server's log as its own program never would, under a head of its own key. */
static void
force_entry (Company *co, guint view, GBytes *entry)
{
  DirWorld *world = co->world;
  DirServer *server = &world->servers[view];
  LanRegistryCounters counters;
  LanRegistryRow row = { .type = LAN_ROW_ENTRY };
  LanRegistryOp *op = g_new0 (LanRegistryOp, 1);

  lan_registry_get_counters (server->registry, &counters);
  dir_world_kill (world, view);
  op->type = LAN_OP_WRITE;
  op->write.rows = g_array_new (FALSE, TRUE, sizeof row);
  row.entry.index = counters.dir_size;
  row.entry.bytes = entry;
  g_array_append_val (op->write.rows, row);
  row = (LanRegistryRow){ .type = LAN_ROW_HEAD };
  row.head.epoch = counters.dir_epoch + 1;
  row.head.bytes = dir_world_next_head (world, view, entry);
  g_array_append_val (op->write.rows, row);
  dir_store_run (server->store, op);
  g_bytes_unref (row.head.bytes);
  lan_registry_op_free (op);
  g_assert_cmpint (dir_world_start (world, view), ==, LAN_STATUS_OK);
  dir_world_pass (world, 5000);
}

/* A person of the offline level, made up: the signature is not the offline key's. */
static void
test_forges_person (Company *co, gconstpointer data)
{
  DirClient *eve = dir_world_add (co->world, "The Director");
  g_autoptr (GBytes) forged = dir_world_attest (co->world, eve, "director", 1, TRUE);
  LanAttestation a;

  force_entry (co, 0, forged);
  g_assert_cmpuint (dir_client_warned (co->ann, LAN_DIRECTORY_FORGED), ==, 1);
  g_assert_cmpuint (dir_client_count (co->ann, LAN_SERVER_CLIENT_PERSON), ==, 0);
  g_assert_false (lan_server_client_find_person (co->ann->machine, account_of (eve), &a));
  g_assert_cmpuint (lan_server_client_count_people (co->ann->machine), ==, 2);
  /* What comes after it is taken as ever. */
  change_title (co, 0, co->ann, "Head of Optics");
  dir_world_pass (co->world, 1500);
  g_assert_true (lan_server_client_find_person (co->bob->machine, account_of (co->ann), &a));
  g_assert_cmpstr (a.title, ==, "Head of Optics");
}

/* An issuer key that the company's root did not sign is none. */
static void
test_forges_issuer (Company *co, gconstpointer data)
{
  g_autoptr (LanOrgKey) other = lan_org_key_new (&co->world->random.base);
  g_autoptr (LanIssuerKey) key = lan_issuer_key_new (&co->world->random.base);
  gint64 now_s = co->world->now.wall_ms / 1000;
  g_autoptr (GBytes) forged = lan_issuer_issue (other, lan_issuer_key_public (key),
                                                LAN_LEVEL_OFFLINE, now_s, now_s + 86400);
  g_autoptr (GBytes) head = dir_world_next_head (co->world, 0, forged);
  Lanyard__Server__DirectoryPage page = LANYARD__SERVER__DIRECTORY_PAGE__INIT;
  Lanyard__Server__Entry entry = LANYARD__SERVER__ENTRY__INIT, *entries = &entry;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;
  LanServerClientInfo info;
  gsize len;

  lan_server_client_get_info (co->ann->machine, &info);
  page.first = info.dir_size;
  page.n_entries = 1;
  page.entries = &entries;
  entry.bytes.data = (guint8 *) g_bytes_get_data (forged, &len);
  entry.bytes.len = len;
  page.head.data = (guint8 *) g_bytes_get_data (head, &len);
  page.head.len = len;
  frame.body_case = LANYARD__SERVER__FRAME__BODY_DIRECTORY_PAGE;
  frame.directory_page = &page;
  dir_client_inject (co->ann, &frame);
  g_assert_cmpuint (dir_client_warned (co->ann, LAN_DIRECTORY_FORGED), ==, 1);
}

/* Entries that do not give the head's root are believed in nothing. */
static GBytes *
spoil_page (DirClient *client, GBytes *bytes, gpointer data)
{
  LanServerFrame *frame = NULL;
  GBytes *other;

  g_assert_cmpint (
      lan_server_frame_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &frame),
      ==, LAN_STATUS_OK);
  if (lan_server_frame_type (frame) == LAN_SERVER_DIRECTORY_PAGE &&
      frame->directory_page->n_entries > 0 && frame->directory_page->entries[0]->bytes.len > 120)
    frame->directory_page->entries[0]->bytes.data[110] ^= 1;
  other = lan_server_frame_encode (frame);
  lan_server_frame_free (frame);
  return other;
}

static void
test_changes_entry (Company *co, gconstpointer data)
{
  LanServerClientInfo before, after;

  lan_server_client_get_info (co->ann->machine, &before);
  co->ann->tamper = spoil_page;
  change_title (co, 0, co->bob, "Director");
  dir_world_pass (co->world, 1500);
  lan_server_client_get_info (co->ann->machine, &after);
  g_assert_cmpuint (dir_client_warned (co->ann, LAN_DIRECTORY_BROKEN), ==, 1);
  g_assert_cmpuint (after.dir_epoch, ==, before.dir_epoch);
  g_assert_cmpuint (dir_client_count (co->ann, LAN_SERVER_CLIENT_PERSON), ==, 0);
  /* The true ones are taken as soon as they are shown. */
  co->ann->tamper = NULL;
  move (co, co->ann, 0);
  lan_server_client_get_info (co->ann->machine, &after);
  g_assert_cmpuint (after.dir_epoch, ==, before.dir_epoch + 1);
}

/* ---- two directories ---- */

static void
test_two_directories (Company *co, gconstpointer data)
{
  fork_world (co);
  change_title (co, 0, co->bob, "Engineer");
  change_title (co, 1, co->bob, "Director"); /* the same epoch, another root */
  dir_world_pass (co->world, 1500);
  move (co, co->ann, 1);
  g_assert_cmpuint (dir_client_warned (co->ann, LAN_DIRECTORY_EQUIVOCATION), ==, 1);
  g_assert_true (dir_client_told (co->ann, LAN_SERVER_CLIENT_WARNING, 0)->warning.proved);
  g_assert_true (g_hash_table_contains (co->ann->settings, "server.evidence"));
}

/* The other truth has gone further: then it does not fit what we hold. */
static void
test_other_history (Company *co, gconstpointer data)
{
  LanServerClientInfo before, after;

  fork_world (co);
  change_title (co, 0, co->bob, "Engineer");
  change_title (co, 1, co->bob, "Director");
  change_title (co, 1, co->bob, "Emperor");
  dir_world_pass (co->world, 1500);
  lan_server_client_get_info (co->ann->machine, &before);
  move (co, co->ann, 1);
  lan_server_client_get_info (co->ann->machine, &after);
  g_assert_cmpuint (dir_client_warned (co->ann, LAN_DIRECTORY_BROKEN), ==, 1);
  g_assert_cmpuint (after.dir_epoch, ==, before.dir_epoch);
}

static void
test_rollback (Company *co, gconstpointer data)
{
  fork_world (co);
  change_title (co, 0, co->bob, "Engineer");
  dir_world_pass (co->world, 1500);
  move (co, co->ann, 1); /* an older database under the same keys */
  g_assert_cmpuint (dir_client_warned (co->ann, LAN_DIRECTORY_ROLLBACK), ==, 1);
  g_assert_cmpuint (dir_client_count (co->ann, LAN_SERVER_CLIENT_PERSON), ==, 1);
}

/* Two who were shown different things meet: their HELLOs differ; with whole heads it is proved. */
static void
test_colleagues_compare (Company *co, gconstpointer data)
{
  guint8 root[LAN_DIRECTORY_ROOT_TRUNC];
  const LanServerClientAction *w;
  GBytes *head;
  guint64 epoch;

  fork_world (co);
  move (co, co->bob, 1);
  change_title (co, 0, co->ann, "Engineer");
  change_title (co, 1, co->ann, "Director");
  dir_world_pass (co->world, 1500);
  lan_server_client_get_hello (co->ann->machine, &epoch, root);
  lan_server_client_heard_head (co->ann->machine, account_of (co->bob), epoch, root,
                                &co->world->now);
  dir_world_run (co->world);
  g_assert_cmpuint (dir_client_warned (co->ann, LAN_DIRECTORY_EQUIVOCATION), ==, 0);
  lan_server_client_get_hello (co->bob->machine, &epoch, root);
  lan_server_client_heard_head (co->ann->machine, account_of (co->bob), epoch, root,
                                &co->world->now);
  dir_world_run (co->world);
  w = dir_client_told (co->ann, LAN_SERVER_CLIENT_WARNING, 0);
  g_assert_cmpint (w->warning.kind, ==, LAN_DIRECTORY_EQUIVOCATION);
  g_assert_false (w->warning.proved);
  g_assert_true (lan_account_id_equal (&w->account, account_of (co->bob)));
  head = g_hash_table_lookup (co->bob->settings, "server.head");
  g_assert_cmpint (lan_server_client_heard_whole_head (co->ann->machine, account_of (co->bob),
                                                       g_bytes_get_data (head, NULL),
                                                       g_bytes_get_size (head), &co->world->now),
                   ==, LAN_STATUS_OK);
  dir_world_run (co->world);
  w = dir_client_told (co->ann, LAN_SERVER_CLIENT_WARNING, 1);
  g_assert_cmpint (w->warning.kind, ==, LAN_DIRECTORY_EQUIVOCATION);
  g_assert_true (w->warning.proved);
  g_assert_nonnull (w->warning.first);
  g_assert_nonnull (w->warning.second);
}

/* A colleague was last here some epochs ago: the server proves that ours grew out of that one. */
static void
test_old_epochs (Company *co, gconstpointer data)
{
  guint8 root[LAN_DIRECTORY_ROOT_TRUNC];
  guint64 epoch;

  co->ann->is_cut_off = TRUE;
  dir_client_break (co->ann);
  change_title (co, 0, co->bob, "Engineer");
  dir_world_pass (co->world, 1500);
  lan_server_client_get_hello (co->bob->machine, &epoch, root);
  change_title (co, 0, co->bob, "Director");
  change_title (co, 0, co->bob, "Emperor");
  co->ann->is_cut_off = FALSE;
  dir_world_pass (co->world, 61000);
  g_assert_cmpint (lan_server_client_get_state (co->ann->machine), ==, LAN_SERVER_ONLINE);
  lan_server_client_heard_head (co->ann->machine, account_of (co->bob), epoch, root,
                                &co->world->now);
  dir_world_run (co->world);
  g_assert_cmpuint (dir_client_count (co->ann, LAN_SERVER_CLIENT_WARNING), ==, 0);
  root[3] ^= 1;
  lan_server_client_heard_head (co->ann->machine, account_of (co->bob), epoch, root,
                                &co->world->now);
  dir_world_run (co->world);
  g_assert_cmpuint (dir_client_warned (co->ann, LAN_DIRECTORY_EQUIVOCATION), ==, 1);
}

/* Everybody else is ahead, and the server will not show it. */
static void
test_withholds (Company *co, gconstpointer data)
{
  guint8 root[LAN_DIRECTORY_ROOT_TRUNC] = { 1 };
  guint64 epoch;

  lan_server_client_get_hello (co->ann->machine, &epoch, root);
  lan_server_client_heard_head (co->ann->machine, account_of (co->bob), epoch + 3, root,
                                &co->world->now);
  dir_world_pass (co->world, 60000);
  g_assert_cmpuint (dir_client_count (co->ann, LAN_SERVER_CLIENT_WARNING), ==, 0);
  dir_world_pass (co->world, 2 * 60 * 60 * 1000);
  g_assert_cmpuint (dir_client_warned (co->ann, LAN_DIRECTORY_ROLLBACK), ==, 1);
}

/* ---- device lists ---- */

static void
inject_papers (Company *co, const LanAccountId *account, GBytes *list, GBytes *cert)
{
  Lanyard__Server__Papers m = LANYARD__SERVER__PAPERS__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;
  ProtobufCBinaryData certs;
  gsize len;

  m.account = (ProtobufCBinaryData){ LAN_ACCOUNT_ID_BYTES, (guint8 *) account->b };
  m.list.data = (guint8 *) g_bytes_get_data (list, &len);
  m.list.len = len;
  certs.data = (guint8 *) g_bytes_get_data (cert, &len);
  certs.len = len;
  m.certs = &certs;
  m.n_certs = 1;
  frame.body_case = LANYARD__SERVER__FRAME__BODY_PAPERS;
  frame.papers = &m;
  dir_client_inject (co->ann, &frame);
}

static void
test_old_device_list (Company *co, gconstpointer data)
{
  g_autoptr (GBytes) list = g_bytes_ref (co->bob->list), cert = g_bytes_ref (co->bob->cert);

  lan_server_client_watch (co->ann->machine, account_of (co->bob), TRUE, &co->world->now);
  dir_world_run (co->world);
  g_assert_cmpuint (dir_client_count (co->ann, LAN_SERVER_CLIENT_PAPERS), ==, 1);
  dir_client_reissue (co->bob, "Bob", FALSE);
  dir_world_run (co->world);
  g_assert_cmpuint (dir_client_count (co->ann, LAN_SERVER_CLIENT_PAPERS), ==, 2);
  inject_papers (co, account_of (co->bob), list, cert);
  g_assert_cmpuint (dir_client_warned (co->ann, LAN_DIRECTORY_OLD_LIST), ==, 1);
  g_assert_cmpuint (dir_client_count (co->ann, LAN_SERVER_CLIENT_PAPERS), ==, 2);
  dir_client_restart (co->ann); /* remembered */
  dir_world_run (co->world);
  inject_papers (co, account_of (co->bob), list, cert);
  g_assert_cmpuint (dir_client_warned (co->ann, LAN_DIRECTORY_OLD_LIST), ==, 1);
}

/* Somebody else's list, or somebody else's certificate in it. */
static void
test_swapped_papers (Company *co, gconstpointer data)
{
  const LanServerClientAction *p;

  lan_server_client_watch (co->ann->machine, account_of (co->bob), TRUE, &co->world->now);
  dir_world_run (co->world);
  dir_client_forget (co->ann);
  inject_papers (co, account_of (co->bob), co->ann->list, co->ann->cert);
  g_assert_cmpuint (dir_client_warned (co->ann, LAN_DIRECTORY_FORGED), ==, 1);
  inject_papers (co, account_of (co->bob), co->bob->list, co->ann->cert);
  p = dir_client_told (co->ann, LAN_SERVER_CLIENT_PAPERS, 0);
  g_assert_cmpuint (p->papers.certs->len, ==, 0);
}

/* ---- mail ---- */

static GBytes *
twice_and_backwards (DirClient *client, GBytes *bytes, gpointer data)
{
  GQueue *held = data;

  if (lan_server_frame_peek_type (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)) !=
      LAN_SERVER_MAIL)
    return g_bytes_ref (bytes);
  g_queue_push_head (held, g_bytes_ref (bytes));
  g_queue_push_head (held, g_bytes_ref (bytes));
  return NULL;
}

/* Sealed mail is core's to judge (scenario-mail); here: every copy keeps its number, and an
 * acknowledged one that comes again is acknowledged again. */
static void
test_replays_mail (Company *co, gconstpointer data)
{
  GQueue held = G_QUEUE_INIT;
  GBytes *bytes;
  guint64 last = G_MAXUINT64;

  co->ann->tamper = twice_and_backwards;
  co->ann->tamper_data = &held;
  for (guint8 i = 1; i <= 3; i++) {
    guint8 id[16] = { i };
    g_autoptr (GBytes) envelope = g_bytes_new (&i, 1);

    g_assert_cmpint (lan_server_client_deposit (co->bob->machine, id,
                                                lan_device_keys_id (co->ann->device), envelope,
                                                &co->world->now),
                     ==, LAN_STATUS_OK);
  }
  dir_world_run (co->world);
  while ((bytes = g_queue_pop_head (&held)) != NULL)
    g_queue_push_tail (&co->ann->inbox, bytes);
  co->ann->tamper = NULL;
  dir_world_run (co->world);
  g_assert_cmpuint (dir_client_count (co->ann, LAN_SERVER_CLIENT_MAIL), ==, 6);
  for (guint i = 0; i < 6; i++) {
    const LanServerClientAction *m = dir_client_told (co->ann, LAN_SERVER_CLIENT_MAIL, i);

    g_assert_cmpuint (m->mail.id, <=, last);
    last = m->mail.id;
    lan_server_client_mail_ack (co->ann->machine, m->mail.id, &co->world->now);
  }
  dir_world_pass (co->world, 100);
  g_assert_cmpuint (dir_store_count_mail (co->world->servers[0].store), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, Company, NULL, set_up, func, tear_down)
  ADD ("/hacked-server/swaps-key", test_swaps_key);
  ADD ("/hacked-server/forges-person", test_forges_person);
  ADD ("/hacked-server/forges-issuer", test_forges_issuer);
  ADD ("/hacked-server/changes-entry", test_changes_entry);
  ADD ("/hacked-server/two-directories", test_two_directories);
  ADD ("/hacked-server/other-history", test_other_history);
  ADD ("/hacked-server/rollback", test_rollback);
  ADD ("/hacked-server/colleagues-compare", test_colleagues_compare);
  ADD ("/hacked-server/old-epochs", test_old_epochs);
  ADD ("/hacked-server/withholds", test_withholds);
  ADD ("/hacked-server/old-device-list", test_old_device_list);
  ADD ("/hacked-server/swapped-papers", test_swapped_papers);
  ADD ("/hacked-server/replays-mail", test_replays_mail);
#undef ADD
  return g_test_run ();
}
