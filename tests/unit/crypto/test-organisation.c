/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The organisation's objects: root file, issuer keys, server keys, attestations, heads. */
#include "test-crypto.h"

#include "lan-attestation.h"
#include "lan-directory-head.h"
#include "lan-directory-restart.h"

#include <string.h>

#define NOW  G_GINT64_CONSTANT (1700000000)
#define YEAR (365 * G_GINT64_CONSTANT (86400))

typedef struct {
  LanSeededRandom random;
  LanOrgKey *root;
  LanIssuerKey *online; /* level 1 */
  LanIssuerKey *tool;   /* level 2 */
  LanIssuer one;
  LanIssuer two;
} Org;

static void
certify (Org *o, const LanIssuerKey *key, guint level, LanIssuer *issuer)
{
  g_autoptr (GBytes) bytes =
      lan_issuer_issue (o->root, lan_issuer_key_public (key), level, NOW, NOW + YEAR);

  g_assert_cmpint (lan_issuer_verify (issuer, lan_org_key_public (o->root),
                                      g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)),
                   ==, LAN_STATUS_OK);
  g_assert_cmpuint (issuer->level, ==, level);
}

static void
org_init (Org *o, guint64 seed)
{
  lan_seeded_random_init (&o->random, seed);
  o->root = lan_org_key_new (&o->random.base);
  o->online = lan_issuer_key_new (&o->random.base);
  o->tool = lan_issuer_key_new (&o->random.base);
  certify (o, o->online, LAN_LEVEL_SERVER, &o->one);
  certify (o, o->tool, LAN_LEVEL_OFFLINE, &o->two);
}

static void
org_clear (Org *o)
{
  g_clear_pointer (&o->root, lan_org_key_free);
  g_clear_pointer (&o->online, lan_issuer_key_free);
  g_clear_pointer (&o->tool, lan_issuer_key_free);
}

typedef LanStatus (*Check) (const guint8 *data, gsize len, gpointer data_);

/* Every byte flipped, every length but the right one: none may pass. */
static void
assert_damage_is_seen (GBytes *bytes, Check check, gpointer data)
{
  gsize len;
  const guint8 *good = g_bytes_get_data (bytes, &len);

  g_assert_cmpint (check (good, len, data), ==, LAN_STATUS_OK);
  for (gsize i = 0; i < len; i++) {
    g_autofree guint8 *flipped = g_memdup2 (good, len);
    g_autofree guint8 *shorter = g_memdup2 (good, i + 1);

    flipped[i] ^= 0x10;
    g_assert_cmpint (check (flipped, len, data), !=, LAN_STATUS_OK);
    g_assert_cmpint (check (shorter, i, data), !=, LAN_STATUS_OK);
  }
  {
    g_autofree guint8 *longer = g_malloc0 (len + 1);

    memcpy (longer, good, len);
    g_assert_cmpint (check (longer, len + 1, data), !=, LAN_STATUS_OK);
  }
}

static LanAttestation
li_wei (void)
{
  LanAttestation a = {
    .status = LAN_ATTESTED_ACTIVE, .seq = 1, .not_before_s = NOW + 1, .not_after_s = NOW + 2 * YEAR
  };

  memset (&a.user, 7, sizeof a.user);
  memset (&a.account, 9, sizeof a.account);
  g_strlcpy (a.login, "li.wei", sizeof a.login);
  g_strlcpy (a.display, "李伟 Li Wei", sizeof a.display);
  g_strlcpy (a.title, "Optical engineer", sizeof a.title);
  g_strlcpy (a.department, "光学所/Research/Lenses", sizeof a.department);
  return a;
}

/* ---- the root's file ---- */

static LanStatus
check_file (const guint8 *data, gsize len, gpointer stretched)
{
  LanOrgKeyFile file;
  LanOrgKey *key = NULL;
  LanStatus status = lan_org_key_file_decode (&file, data, len);

  if (status == LAN_STATUS_OK)
    status = lan_org_key_file_open (&file, stretched, &key);
  g_assert_true ((status == LAN_STATUS_OK) == (key != NULL));
  lan_org_key_free (key);
  return status;
}

static void
test_root_file (void)
{
  guint8 stretched[LAN_KEY_BYTES] = { 1, 2, 3 };
  g_autoptr (GBytes) bytes = NULL;
  g_autofree guint8 *crafted = NULL;
  LanOrgKeyFile file;
  LanKeySlot slot;
  Org o;

  org_init (&o, 301);
  lan_key_slot_prepare (&slot, LAN_KEY_SLOT_PASSPHRASE, &o.random.base);
  bytes = lan_org_key_save (o.root, &slot, stretched, NOW, &o.random.base);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, LAN_ORG_KEY_FILE_BYTES);
  assert_damage_is_seen (bytes, check_file, stretched);
  g_assert_cmpint (
      lan_org_key_file_decode (&file, g_bytes_get_data (bytes, NULL), LAN_ORG_KEY_FILE_BYTES), ==,
      LAN_STATUS_OK);
  g_assert_cmpmem (file.root_public, 32, lan_org_key_public (o.root), 32);
  g_assert_cmpint (file.made_s, ==, NOW);
  stretched[0]++;
  g_assert_cmpint (check_file (g_bytes_get_data (bytes, NULL), LAN_ORG_KEY_FILE_BYTES, stretched),
                   ==, LAN_STATUS_AUTH);

  /* A cost beyond the bounds is refused before anybody pays it (T38). */
  crafted = g_memdup2 (g_bytes_get_data (bytes, NULL), LAN_ORG_KEY_FILE_BYTES);
  memset (crafted + 8, 0xff, 4);
  g_assert_cmpint (lan_org_key_file_decode (&file, crafted, LAN_ORG_KEY_FILE_BYTES), ==,
                   LAN_STATUS_LIMIT);
  slot.ops = 11;
  g_assert_null (lan_org_key_save (o.root, &slot, stretched, NOW, &o.random.base));
  org_clear (&o);
}

/* ---- issuers and server keys ---- */

static LanStatus
check_issuer (const guint8 *data, gsize len, gpointer root_public)
{
  LanIssuer issuer;

  return lan_issuer_verify (&issuer, root_public, data, len);
}

static void
test_issuer (void)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) self = NULL;
  LanIssuer issuer;
  Org o, other;

  org_init (&o, 302);
  org_init (&other, 303);
  bytes = lan_issuer_issue (o.root, lan_issuer_key_public (o.tool), 2, NOW, NOW + YEAR);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, LAN_ISSUER_BYTES);
  assert_damage_is_seen (bytes, check_issuer, (gpointer) lan_org_key_public (o.root));
  g_assert_cmpint (check_issuer (g_bytes_get_data (bytes, NULL), LAN_ISSUER_BYTES,
                                 (gpointer) lan_org_key_public (other.root)),
                   ==, LAN_STATUS_MISMATCH);
  g_assert_true (lan_issuer_id_equal (&o.two.id, lan_issuer_key_id (o.tool)));
  g_assert_cmpint (lan_issuer_check_time (&o.two, NOW + 1, 0), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_issuer_check_time (&o.two, NOW - 2, 1), ==, LAN_STATUS_EXPIRED);
  g_assert_cmpint (lan_issuer_check_time (&o.two, NOW + YEAR + 2, 1), ==, LAN_STATUS_EXPIRED);
  /* The root does nothing else, not even when it says so itself. */
  self = lan_issuer_issue (o.root, lan_org_key_public (o.root), 2, NOW, NOW + YEAR);
  g_assert_cmpint (lan_issuer_verify (&issuer, lan_org_key_public (o.root),
                                      g_bytes_get_data (self, NULL), LAN_ISSUER_BYTES),
                   ==, LAN_STATUS_AUTH);
  org_clear (&o);
  org_clear (&other);
}

static LanStatus
check_server_key (const guint8 *data, gsize len, gpointer root_public)
{
  LanServerKey key;

  return lan_server_key_verify (&key, root_public, data, len);
}

static void
test_server_key (void)
{
  const guint8 zeros[LAN_KEY_BYTES] = { 0 };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) weak = NULL;
  LanServerKey key;
  TestPerson p;
  Org o;

  org_init (&o, 304);
  test_person_init (&p, 305);
  bytes = lan_server_key_issue (o.root, lan_device_keys_dh_public (p.device), 3, NOW);
  assert_damage_is_seen (bytes, check_server_key, (gpointer) lan_org_key_public (o.root));
  g_assert_cmpint (
      lan_server_key_decode (&key, g_bytes_get_data (bytes, NULL), LAN_SERVER_KEY_BYTES), ==,
      LAN_STATUS_OK);
  g_assert_cmpuint (key.seq, ==, 3);
  g_assert_cmpmem (key.server_public, 32, lan_device_keys_dh_public (p.device), 32);
  weak = lan_server_key_issue (o.root, zeros, 3, NOW);
  g_assert_cmpint (check_server_key (g_bytes_get_data (weak, NULL), LAN_SERVER_KEY_BYTES,
                                     (gpointer) lan_org_key_public (o.root)),
                   ==, LAN_STATUS_AUTH);
  test_person_clear (&p);
  org_clear (&o);
}

/* ---- attestations ---- */

static LanStatus
check_attestation (const guint8 *data, gsize len, gpointer issuer)
{
  LanAttestation a;

  return lan_attestation_verify (&a, issuer, data, len);
}

static void
test_attestation (void)
{
  g_autoptr (GBytes) bytes = NULL;
  LanAttestation a = li_wei (), got;
  Org o, other;

  org_init (&o, 306);
  org_init (&other, 307);
  bytes = lan_attestation_issue (&a, &o.two, o.tool);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==,
                    172 + strlen (a.login) + strlen (a.display) + strlen (a.title) +
                        strlen (a.department));
  assert_damage_is_seen (bytes, check_attestation, &o.two);
  g_assert_cmpint (lan_attestation_verify (&got, &o.two, g_bytes_get_data (bytes, NULL),
                                           g_bytes_get_size (bytes)),
                   ==, LAN_STATUS_OK);
  g_assert_cmpuint (got.level, ==, LAN_LEVEL_OFFLINE);
  g_assert_cmpstr (got.login, ==, a.login);
  g_assert_cmpstr (got.display, ==, a.display);
  g_assert_cmpstr (got.title, ==, a.title);
  g_assert_cmpstr (got.department, ==, a.department);
  g_assert_true (lan_user_id_equal (&got.user, &a.user));
  g_assert_true (lan_account_id_equal (&got.account, &a.account));
  g_assert_cmpint (lan_attestation_check_time (&got, NOW + 1, 0), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_attestation_check_time (&got, NOW - 1, 0), ==, LAN_STATUS_EXPIRED);
  g_assert_cmpint (
      check_attestation (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &other.two), ==,
      LAN_STATUS_MISMATCH);
  g_assert_cmpint (
      check_attestation (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &o.one), ==,
      LAN_STATUS_MISMATCH);
  org_clear (&o);
  org_clear (&other);
}

/* A hacked server has the level 1 key, and would like to speak for the people with the tool. */
static void
test_attestation_level (void)
{
  g_autoptr (GBytes) bytes = NULL;
  LanAttestation a = li_wei ();
  LanIssuer lie;
  Org o;

  org_init (&o, 308);
  lie = o.one;
  lie.level = LAN_LEVEL_OFFLINE;
  bytes = lan_attestation_issue (&a, &lie, o.online);
  g_assert_cmpint (
      check_attestation (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &o.one), ==,
      LAN_STATUS_AUTH);
  g_clear_pointer (&bytes, g_bytes_unref);
  a.not_before_s = NOW + 2 * YEAR - 5;
  bytes = lan_attestation_issue (&a, &o.one, o.online);
  g_assert_cmpint (
      check_attestation (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &o.one), ==,
      LAN_STATUS_EXPIRED);
  org_clear (&o);
}

static void
test_attestation_strings (void)
{
  static const char *const good_departments[] = { "", "A", "A/B", "甲/乙 丙/Ünit 3" };
  static const char *const bad_departments[] = {
    "/", "/A", "A/", "A//B", " A", "A /B", "A\n", "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q"
  };
  static const char *const bad_logins[] = {
    "", "a b", "a/b", "Li", "a\n", "a\xe2\x80\xae", "\xff"
  };
  g_autofree char *long_text = g_strnfill (201, 'x');
  g_autofree char *folded = lan_login_canonical ("LI.Wei@Example");

  for (guint i = 0; i < G_N_ELEMENTS (good_departments); i++)
    g_assert_true (lan_attestation_is_department (good_departments[i]));
  for (guint i = 0; i < G_N_ELEMENTS (bad_departments); i++)
    g_assert_false (lan_attestation_is_department (bad_departments[i]));
  g_assert_false (lan_attestation_is_department (long_text));
  for (guint i = 0; i < G_N_ELEMENTS (bad_logins); i++) {
    LanAttestation a = li_wei ();
    Org o;

    org_init (&o, 309);
    g_assert_false (lan_attestation_is_login (bad_logins[i]));
    g_strlcpy (a.login, bad_logins[i], sizeof a.login);
    g_assert_null (lan_attestation_issue (&a, &o.two, o.tool));
    org_clear (&o);
  }
  g_assert_cmpstr (folded, ==, "li.wei@example");
  g_assert_null (lan_login_canonical ("li wei"));
  g_assert_false (lan_attestation_is_login (long_text));
  g_assert_false (lan_attestation_is_display (""));
  g_assert_false (lan_attestation_is_display ("a  b"));
  g_assert_true (lan_attestation_is_display ("Ada Lovelace"));
  g_assert_true (lan_attestation_is_title (""));
}

static void
test_attestation_succession (void)
{
  LanAttestation old = li_wei (), next = li_wei ();

  old.level = next.level = LAN_LEVEL_OFFLINE;
  old.seq = next.seq = 4;
  g_assert_cmpint (lan_attestation_check_successor (&old, &next), ==, LAN_STATUS_OK);
  g_strlcpy (next.title, "Director", sizeof next.title);
  g_assert_cmpint (lan_attestation_check_successor (&old, &next), ==, LAN_STATUS_MISMATCH);
  next.seq = 5;
  g_assert_cmpint (lan_attestation_check_successor (&old, &next), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_attestation_check_successor (&next, &old), ==, LAN_STATUS_REPLAY);
  /* The server alone may suspend somebody, but not put another key in their place. */
  next.level = LAN_LEVEL_SERVER;
  next.status = LAN_ATTESTED_SUSPENDED;
  g_assert_cmpint (lan_attestation_check_successor (&old, &next), ==, LAN_STATUS_OK);
  next.status = LAN_ATTESTED_ACTIVE;
  next.account.b[0] ^= 1;
  g_assert_cmpint (lan_attestation_check_successor (&old, &next), ==, LAN_STATUS_AUTH);
  next.level = LAN_LEVEL_OFFLINE;
  g_assert_cmpint (lan_attestation_check_successor (&old, &next), ==, LAN_STATUS_OK);
  next.user.b[0] ^= 1;
  g_assert_cmpint (lan_attestation_check_successor (&old, &next), ==, LAN_STATUS_MISMATCH);
}

/* ---- heads ---- */

static LanStatus
check_head (const guint8 *data, gsize len, gpointer issuer)
{
  LanDirectoryHead head;

  return lan_directory_head_verify (&head, issuer, data, len);
}

static GBytes *
head_after (Org *o, GBytes *before, guint64 size, guint8 root)
{
  LanDirectoryHead head = { .epoch = 1, .time_s = NOW, .size = size };

  memset (&head.root, root, sizeof head.root);
  if (before != NULL) {
    LanDirectoryHead old;

    g_assert_cmpint (lan_directory_head_decode (&old, g_bytes_get_data (before, NULL),
                                                g_bytes_get_size (before)),
                     ==, LAN_STATUS_OK);
    head.epoch = old.epoch + 1;
    head.time_s = old.time_s + 60;
    lan_directory_head_hash (&head.previous, g_bytes_get_data (before, NULL),
                             g_bytes_get_size (before));
  }
  return lan_directory_head_issue (&head, &o->one, o->online);
}

static LanHeads
compare (GBytes *a, GBytes *b)
{
  return lan_directory_head_compare (g_bytes_get_data (a, NULL), g_bytes_get_size (a),
                                     g_bytes_get_data (b, NULL), g_bytes_get_size (b));
}

static LanStatus
check_restart (const guint8 *data, gsize len, gpointer root)
{
  LanDirectoryRestart restart;

  return lan_directory_restart_verify (&restart, root, data, len);
}

static void
test_restart (void)
{
  LanDirectoryRestart restart = { .epoch = 90, .time_s = 1700000000, .size = 12 }, got;
  g_autoptr (GBytes) bytes = NULL;
  Org o, other;

  org_init (&o, 320);
  org_init (&other, 321);
  memset (restart.root.b, 9, sizeof restart.root.b);
  bytes = lan_directory_restart_issue (&restart, o.root);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, LAN_DIRECTORY_RESTART_BYTES);
  g_assert_true (lan_directory_restart_is (g_bytes_get_data (bytes, NULL), 4));
  g_assert_false (lan_directory_restart_is (g_bytes_get_data (bytes, NULL), 3));
  g_assert_cmpint (lan_directory_restart_verify (&got, lan_org_key_public (o.root),
                                                 g_bytes_get_data (bytes, NULL),
                                                 g_bytes_get_size (bytes)),
                   ==, LAN_STATUS_OK);
  g_assert_true (got.epoch == 90 && got.time_s == 1700000000 && got.size == 12 &&
                 lan_hash_equal (&got.root, &restart.root));
  assert_damage_is_seen (bytes, check_restart, (gpointer) lan_org_key_public (o.root));
  g_assert_cmpint (check_restart (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                  (gpointer) lan_org_key_public (other.root)),
                   ==, LAN_STATUS_MISMATCH);
  restart.epoch = 1; /* before it there must have been something */
  g_assert_null (lan_directory_restart_issue (&restart, o.root));
  org_clear (&o);
  org_clear (&other);
}

static void
test_head (void)
{
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) second = NULL;
  g_autoptr (GBytes) third = NULL;
  g_autoptr (GBytes) lie = NULL;
  g_autoptr (GBytes) early_lie = NULL;
  g_autoptr (GBytes) after_lie = NULL;
  g_autoptr (GBytes) shrunk = NULL;
  g_autoptr (GBytes) foreign = NULL;
  LanDirectoryHead head;
  Org o, other;

  org_init (&o, 310);
  org_init (&other, 311);
  first = head_after (&o, NULL, 3, 1);
  second = head_after (&o, first, 4, 2);
  third = head_after (&o, second, 9, 3);
  lie = head_after (&o, first, 4, 7);
  early_lie = head_after (&o, NULL, 3, 8);
  after_lie = head_after (&o, early_lie, 5, 2);
  shrunk = head_after (&o, second, 3, 1);
  foreign = head_after (&other, NULL, 3, 1);
  assert_damage_is_seen (second, check_head, &o.one);
  g_assert_cmpint (check_head (g_bytes_get_data (second, NULL), LAN_DIRECTORY_HEAD_BYTES, &o.two),
                   ==, LAN_STATUS_MISMATCH);
  g_assert_cmpint (compare (first, first), ==, LAN_HEADS_SAME);
  g_assert_cmpint (compare (first, second), ==, LAN_HEADS_NEWER);
  g_assert_cmpint (compare (first, third), ==, LAN_HEADS_NEWER);
  g_assert_cmpint (compare (third, first), ==, LAN_HEADS_OLDER);
  g_assert_cmpint (compare (second, lie), ==, LAN_HEADS_FORK);
  g_assert_cmpint (compare (first, after_lie), ==, LAN_HEADS_FORK);
  g_assert_cmpint (compare (second, shrunk), ==, LAN_HEADS_FORK);
  g_assert_cmpint (compare (first, shrunk), ==, LAN_HEADS_NEWER);
  g_assert_cmpint (compare (first, foreign), ==, LAN_HEADS_FOREIGN);

  g_assert_cmpint (
      lan_directory_head_decode (&head, g_bytes_get_data (second, NULL), LAN_DIRECTORY_HEAD_BYTES),
      ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_directory_head_compare_hello (&head, 2, head.root.b), ==, LAN_HEADS_SAME);
  g_assert_cmpint (lan_directory_head_compare_hello (&head, 0, head.root.b), ==, LAN_HEADS_SAME);
  g_assert_cmpint (lan_directory_head_compare_hello (&head, 3, head.root.b), ==, LAN_HEADS_NEWER);
  g_assert_cmpint (lan_directory_head_compare_hello (&head, 2, head.previous.b), ==,
                   LAN_HEADS_FORK);
  g_assert_false (lan_directory_head_is_stale (&head, head.time_s + 86400));
  g_assert_true (lan_directory_head_is_stale (&head, head.time_s + 8 * 86400));
  org_clear (&o);
  org_clear (&other);
}

void
add_organisation_tests (void)
{
  g_test_add_func ("/crypto/organisation/root-file", test_root_file);
  g_test_add_func ("/crypto/organisation/issuer", test_issuer);
  g_test_add_func ("/crypto/organisation/server-key", test_server_key);
  g_test_add_func ("/crypto/organisation/attestation", test_attestation);
  g_test_add_func ("/crypto/organisation/attestation-level", test_attestation_level);
  g_test_add_func ("/crypto/organisation/attestation-strings", test_attestation_strings);
  g_test_add_func ("/crypto/organisation/attestation-succession", test_attestation_succession);
  g_test_add_func ("/crypto/organisation/head", test_head);
  g_test_add_func ("/crypto/organisation/restart", test_restart);
}
