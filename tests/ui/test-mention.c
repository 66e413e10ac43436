/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Completing names behind an "@", with and without an input method that composes: what it has not
 * committed is told by "preedit-changed" of the view and is not in the buffer.
 */
#include "lan-mention-popup.h"
#include "lan-preedit.h"

static GtkTextView *view;
static GtkTextBuffer *buffer;
static LanMentionPopup *popup;

static void
fill (LanMentionPopup *self, gpointer user_data)
{
  lan_mention_popup_add (self, "李伟", "id-wei");
  lan_mention_popup_add (self, "Li Na", "id-na");
  lan_mention_popup_add (self, "林子墨", "id-lin");
  lan_mention_popup_add (self, "all", "all");
}

static void
settle (void)
{
  while (gtk_events_pending ())
    gtk_main_iteration ();
}

static void
begin (const char *text)
{
  gtk_text_buffer_set_text (buffer, "", -1);
  gtk_text_buffer_insert_at_cursor (buffer, text, -1);
  settle ();
}

static gboolean
press (guint keyval)
{
  GdkEventKey event = { .type = GDK_KEY_PRESS, .keyval = keyval };

  return lan_mention_popup_key (popup, &event);
}

static void
assert_text (const char *expected)
{
  GtkTextIter start, end;
  g_autofree char *text = NULL;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  text = gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_complete (void)
{
  begin ("你好 @");
  g_assert_true (lan_mention_popup_is_open (popup));
  g_assert_true (press (GDK_KEY_Down));
  g_assert_true (press (GDK_KEY_Return));
  assert_text ("你好 @Li Na ");
  g_assert_false (lan_mention_popup_is_open (popup));
  begin ("@林");
  g_assert_true (press (GDK_KEY_Tab));
  assert_text ("@林子墨 ");
  begin ("me@");
  g_assert_false (lan_mention_popup_is_open (popup));
  begin ("@nobody");
  g_assert_false (lan_mention_popup_is_open (popup));
  g_assert_false (press (GDK_KEY_Return));
}

/* While one composes, the keys are the input method's; what it commits narrows the list. */
static void
test_preedit (void)
{
  begin ("@");
  g_signal_emit_by_name (view, "preedit-changed", "li");
  g_assert_true (lan_mention_popup_is_open (popup));
  g_assert_false (press (GDK_KEY_Return));
  g_assert_false (press (GDK_KEY_Down));
  g_assert_false (press (GDK_KEY_Escape));
  assert_text ("@");
  g_signal_emit_by_name (view, "preedit-changed", "");
  gtk_text_buffer_insert_at_cursor (buffer, "李", -1);
  settle ();
  g_assert_true (lan_mention_popup_is_open (popup));
  g_assert_true (press (GDK_KEY_Return));
  assert_text ("@李伟 ");
}

/* What an input method neither commits nor gives back stands in the text. */
static void
test_settle (void)
{
  begin ("a");
  g_signal_emit_by_name (view, "preedit-changed", "nihao");
  g_assert_true (lan_preedit_composes (view));
  lan_preedit_settle (view);
  assert_text ("anihao");
  g_assert_false (lan_preedit_composes (view));
  lan_preedit_settle (view);
  assert_text ("anihao");
}

static void
test_escape (void)
{
  begin ("@");
  g_assert_true (press (GDK_KEY_Escape));
  gtk_text_buffer_insert_at_cursor (buffer, "L", -1);
  settle ();
  g_assert_false (lan_mention_popup_is_open (popup));
  begin ("@");
  g_assert_true (lan_mention_popup_is_open (popup));
}

static void
test_called (void)
{
  g_auto (GStrv) two = lan_mention_popup_dup_called (popup, "@李伟 and @all, not x@Li Na");
  g_auto (GStrv) none = lan_mention_popup_dup_called (popup, "@ally @Li");

  g_assert_nonnull (two);
  g_assert_cmpuint (g_strv_length (two), ==, 2);
  g_assert_cmpstr (two[0], ==, "id-wei");
  g_assert_cmpstr (two[1], ==, "all");
  g_assert_null (none);
}

int
main (int argc, char **argv)
{
  GtkWidget *window, *box;
  int status;

  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check (&argc, &argv)) {
    g_print ("1..0 # SKIP no screen\n");
    return 0;
  }
  window = gtk_window_new (GTK_WINDOW_TOPLEVEL);
  view = GTK_TEXT_VIEW (gtk_text_view_new ());
  buffer = gtk_text_view_get_buffer (view);
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_container_add (GTK_CONTAINER (box), GTK_WIDGET (view));
  gtk_container_add (GTK_CONTAINER (window), box);
  lan_preedit_watch (view);
  popup = lan_mention_popup_new (view, box);
  lan_mention_popup_set_fill (popup, fill, NULL, NULL);
  gtk_widget_show_all (window);
  gtk_widget_grab_focus (GTK_WIDGET (view));
  settle ();
  g_test_add_func ("/app/mention/complete", test_complete);
  g_test_add_func ("/app/mention/preedit", test_preedit);
  g_test_add_func ("/app/mention/settle", test_settle);
  g_test_add_func ("/app/mention/escape", test_escape);
  g_test_add_func ("/app/mention/called", test_called);
  status = g_test_run ();
  gtk_widget_destroy (window);
  return status;
}
