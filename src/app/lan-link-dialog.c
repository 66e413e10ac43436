/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-link-dialog.h"

#include "lan-link.h"
#include "lan-popover.h"

#include <glib/gi18n.h>

enum {
  RESPONSE_OPEN = 1,
  RESPONSE_COPY = 2,
};

/* In ASCII only: signs that change the direction of writing, or show nothing, cannot mislead. */
static char *
plain_uri (const char *uri)
{
  return g_uri_escape_string (uri, ":/?#[]@!$&'()*+,;=%", FALSE);
}

static void
on_response (GtkDialog *dialog, int response, gpointer user_data)
{
  g_autofree char *uri = user_data;
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (dialog));

  if (response == RESPONSE_OPEN)
    gtk_show_uri_on_window (parent, uri, gtk_get_current_event_time (), NULL);
  else if (response == RESPONSE_COPY)
    gtk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (dialog), GDK_SELECTION_CLIPBOARD),
                            uri, -1);
  gtk_widget_destroy (GTK_WIDGET (dialog));
}

/* Returns: (transfer full): what to mind, a line each; "" when there is nothing. */
static char *
warnings (const LanLinkTarget *target)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (target->is_mixed)
    g_string_append_printf (out, "%s\n",
                            _ ("The name has letters that look like others. It may imitate the "
                               "name of somebody else."));
  if (target->has_user)
    g_string_append_printf (out, "%s\n",
                            _ ("What stands before the @ is not where this address goes."));
  if (target->is_number)
    g_string_append_printf (out, "%s\n", _ ("The place is given as a number, not by name."));
  if (!target->is_mail && !target->is_secure)
    g_string_append_printf (out, "%s\n", _ ("The connection is not encrypted (http)."));
  if (out->len > 0)
    g_string_truncate (out, out->len - 1);
  return g_strdup (out->str);
}

static void
fill (GtkBuilder *builder, const LanLinkTarget *target, const char *uri)
{
  g_autofree char *warning = warnings (target);
  g_autofree char *shown = plain_uri (uri);
  GtkLabel *label = GTK_LABEL (gtk_builder_get_object (builder, "host"));

  gtk_label_set_text (label,
                      target->ascii != NULL && target->is_mixed ? target->ascii : target->host);
  if (target->ascii != NULL) {
    /* Translators: the name of a host as the network knows it; then as it seems to be */
    g_autofree char *ascii = target->is_mixed
                                 ? g_strdup_printf (_ ("Looks like: %s"), target->host)
                                 : g_strdup_printf (_ ("On the network: %s"), target->ascii);

    label = GTK_LABEL (gtk_builder_get_object (builder, "ascii"));
    gtk_label_set_text (label, ascii);
    gtk_widget_show (GTK_WIDGET (label));
  }
  gtk_label_set_text (GTK_LABEL (gtk_builder_get_object (builder, "uri")), shown);
  label = GTK_LABEL (gtk_builder_get_object (builder, "warning"));
  gtk_label_set_text (label, warning);
  gtk_widget_set_visible (GTK_WIDGET (label), *warning != '\0');
}

void
lan_link_dialog_ask (GtkWidget *widget, const char *uri)
{
  g_autoptr (LanLinkTarget) target = lan_link_look (uri);
  g_autoptr (GtkBuilder) builder = NULL;
  GtkDialog *dialog;

  if (target == NULL)
    return;
  builder = gtk_builder_new_from_resource ("/io/github/lanyard/Lanyard/ui/link-dialog.ui");
  dialog = GTK_DIALOG (gtk_builder_get_object (builder, "dialog"));
  g_object_set (dialog, "text",
                target->is_mail ? _ ("Write to this address?") : _ ("Open this address?"), NULL);
  fill (builder, target, uri);
  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (gtk_widget_get_toplevel (widget)));
  g_signal_connect (dialog, "response", G_CALLBACK (on_response), g_strdup (uri));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_chosen (GtkWidget *button, GtkWidget *popover)
{
  GtkWidget *widget = gtk_popover_get_relative_to (GTK_POPOVER (popover));
  g_autofree char *uri = g_strdup (g_object_get_data (G_OBJECT (button), "uri"));

  gtk_popover_popdown (GTK_POPOVER (popover));
  lan_link_dialog_ask (widget, uri);
}

void
lan_link_dialog_choose (GtkWidget *widget, GPtrArray *uris)
{
  g_autoptr (GtkBuilder) builder = NULL;
  GtkWidget *popover, *box;

  if (uris->len == 1) {
    lan_link_dialog_ask (widget, g_ptr_array_index (uris, 0));
    return;
  }
  builder = gtk_builder_new_from_resource ("/io/github/lanyard/Lanyard/ui/link-list.ui");
  popover = GTK_WIDGET (gtk_builder_get_object (builder, "popover"));
  box = GTK_WIDGET (gtk_builder_get_object (builder, "box"));
  for (guint i = 0; i < uris->len; i++) {
    g_autofree char *shown = plain_uri (g_ptr_array_index (uris, i));
    GtkWidget *button = gtk_button_new_with_label (shown);
    GtkLabel *label = GTK_LABEL (gtk_bin_get_child (GTK_BIN (button)));

    gtk_label_set_ellipsize (label, PANGO_ELLIPSIZE_MIDDLE);
    gtk_label_set_max_width_chars (label, 60);
    gtk_label_set_xalign (label, 0);
    g_object_set_data_full (G_OBJECT (button), "uri", g_strdup (g_ptr_array_index (uris, i)),
                            g_free);
    g_signal_connect (button, "clicked", G_CALLBACK (on_chosen), popover);
    gtk_widget_show (button);
    gtk_container_add (GTK_CONTAINER (box), button);
  }
  gtk_popover_set_relative_to (GTK_POPOVER (popover), widget);
  lan_popover_forget_when_closed (popover);
  gtk_popover_popup (GTK_POPOVER (popover));
}
