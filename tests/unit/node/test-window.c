/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The rows of a conversation that are in memory: order, doubles, limits, list changes. */
#include "test-node.h"

#include "lan-message-private.h"
#include "lan-message-window.h"
#include "lan-person-private.h"

typedef struct {
  LanMessageWindow *window;
  LanPerson *person;
  guint n_changes;
  guint n_rows; /* as the list changes add up */
} Fixture;

static void
on_changed (GListModel *model, guint position, guint removed, guint added, Fixture *f)
{
  f->n_changes++;
  f->n_rows += added - removed;
  g_assert_cmpuint (position, <=, f->n_rows);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  const LanAccountId account = { { 1 } };

  f->window = lan_message_window_new ();
  f->person = lan_person_new (NULL, &account);
  g_signal_connect (f->window, "items-changed", G_CALLBACK (on_changed), f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_cmpuint (f->n_rows, ==, lan_message_window_length (f->window));
  g_object_unref (f->window);
  g_object_unref (f->person);
}

static void
add_to (Fixture *f, GPtrArray *page, guint64 order)
{
  LanMessageInfo info = { .order = order };

  memcpy (info.id.b, &order, sizeof order);
  g_ptr_array_add (page, lan_message_new (f->person, f->person, &info));
}

static GPtrArray *
new_page (Fixture *f, guint64 from, guint64 to)
{
  GPtrArray *page = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint64 order = from; order < to; order++)
    add_to (f, page, order);
  return page;
}

static guint64
order_at (Fixture *f, guint place)
{
  g_autoptr (LanMessage) message = g_list_model_get_item (G_LIST_MODEL (f->window), place);

  return lan_message_peek_info (message)->order;
}

static void
check_sorted (Fixture *f)
{
  for (guint i = 1; i < lan_message_window_length (f->window); i++)
    g_assert_cmpuint (order_at (f, i - 1), <, order_at (f, i));
}

static void
test_pages (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) newest = new_page (f, 1000, 1050);
  g_autoptr (GPtrArray) older = new_page (f, 950, 1000);

  g_assert_false (lan_message_window_add (f->window, newest, LAN_WINDOW_CUT_OLDEST));
  g_assert_cmpuint (f->n_changes, ==, 1);
  g_assert_false (lan_message_window_add (f->window, older, LAN_WINDOW_CUT_NEWEST));
  g_assert_cmpuint (f->n_changes, ==, 2);
  g_assert_cmpuint (f->n_rows, ==, 100);
  check_sorted (f);

  /* The same again changes nothing. */
  g_assert_false (lan_message_window_add (f->window, older, LAN_WINDOW_CUT_NEWEST));
  g_assert_cmpuint (f->n_changes, ==, 2);
}

static void
test_cut (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) all = new_page (f, 100, 300);
  g_autoptr (GPtrArray) older = new_page (f, 50, 100);
  g_autoptr (GPtrArray) newer = new_page (f, 300, 310);

  g_assert_false (lan_message_window_add (f->window, all, LAN_WINDOW_CUT_OLDEST));
  g_assert_true (lan_message_window_add (f->window, older, LAN_WINDOW_CUT_NEWEST));
  g_assert_cmpuint (f->n_rows, ==, LAN_WINDOW_MAX);
  g_assert_cmpuint (order_at (f, 0), ==, 50);
  g_assert_cmpuint (order_at (f, LAN_WINDOW_MAX - 1), ==, 249);
  g_assert_true (lan_message_window_add (f->window, newer, LAN_WINDOW_CUT_OLDEST));
  g_assert_cmpuint (order_at (f, 0), ==, 60);
  g_assert_cmpuint (order_at (f, LAN_WINDOW_MAX - 1), ==, 309);
  check_sorted (f);
}

/* Rows that come late belong between others; neighbours are one list change. */
static void
test_gaps (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) late = g_ptr_array_new_with_free_func (g_object_unref);

  add_to (f, rows, 10);
  add_to (f, rows, 20);
  add_to (f, rows, 30);
  lan_message_window_add (f->window, rows, LAN_WINDOW_CUT_OLDEST);
  add_to (f, late, 31);
  add_to (f, late, 13);
  add_to (f, late, 20);
  add_to (f, late, 12);
  add_to (f, late, 12);
  add_to (f, late, 1);
  f->n_changes = 0;
  lan_message_window_add (f->window, late, LAN_WINDOW_CUT_OLDEST);
  g_assert_cmpuint (f->n_changes, ==, 4);
  g_assert_cmpuint (f->n_rows, ==, 7);
  check_sorted (f);
  lan_message_window_clear (f->window);
  g_assert_cmpuint (f->n_rows, ==, 0);
}

void
add_window_tests (void)
{
  g_test_add ("/node/window/pages", Fixture, NULL, set_up, test_pages, tear_down);
  g_test_add ("/node/window/cut", Fixture, NULL, set_up, test_cut, tear_down);
  g_test_add ("/node/window/gaps", Fixture, NULL, set_up, test_gaps, tear_down);
}
