/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* A hub as the commands of administrators have it: without a server, for one question. */
#include "lan-hub-private.h"

#include "lan-org-key.h"
#include "lan-random-system.h"

#include "test-server.h"

#include <glib/gstdio.h>

static LanHub *
hub_new (const char *state)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strdup_printf ("state = %s\norganisation = ACME\n", state);
  LanOrgKey *root = lan_org_key_new (lan_random_system ());
  LanHubConfig *config = lan_hub_config_parse ("test", text, &error);
  LanHub *hub;

  g_assert_no_error (error);
  g_assert_true (lan_hub_keys_make (state, root, g_get_real_time () / G_USEC_PER_SEC, &error));
  g_assert_no_error (error);
  lan_org_key_free (root);
  hub = lan_hub_new (config, 0, &error);
  g_assert_no_error (error);
  return hub;
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *file = g_build_filename (path, name, NULL);

    g_assert_cmpint (g_remove (file), ==, 0);
  }
  g_assert_cmpint (g_rmdir (path), ==, 0);
}

/* On a slow disk a command takes longer than the registry's first deadline: that comes due while the hub ends. */
static void
test_late_end (void)
{
  g_autofree char *state = g_dir_make_tmp ("lanyard-hub-XXXXXX", NULL);
  LanHub *hub = hub_new (state);
  LanTime now;
  gint64 due;

  lan_hub_settle (hub);
  due = lan_registry_next_deadline (hub->registry);
  g_assert_cmpint (due, !=, LAN_NO_DEADLINE);
  for (lan_hub_now (&now); now.mono_us <= due; lan_hub_now (&now))
    g_usleep ((gulong) (due - now.mono_us + 1000));
  g_assert_true (uv_is_active ((uv_handle_t *) &hub->deadline));
  lan_hub_free (hub);
  remove_folder (state);
}

void
add_hub_tests (void)
{
  g_test_add_func ("/server/hub/late-end", test_late_end);
}
