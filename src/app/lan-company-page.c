/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-company-page.h"

#include "lan-confirm.h"
#include "lan-server-look.h"

#include <glib/gi18n.h>

struct _LanCompanyPage {
  HdyPreferencesPage parent;
  LanNode *node;
  HdyActionRow *server_row;
  HdyActionRow *account_row;
  HdyActionRow *relay_row;
  HdyActionRow *warning_row;
  GtkWidget *join_button;
  GtkWidget *leave_button;
};

G_DEFINE_TYPE (LanCompanyPage, lan_company_page, HDY_TYPE_PREFERENCES_PAGE)

static void
update (LanCompanyPage *self)
{
  LanServer *server = lan_node_get_server (self->node);
  g_autofree char *status = lan_server_look_status (server);
  const char *warning = lan_server_look_warning (server);
  const char *name = lan_server_get_name (server);
  gboolean none = lan_server_get_status (server) == LAN_SERVER_STATUS_NONE;
  gboolean joining = lan_server_get_status (server) == LAN_SERVER_STATUS_JOINING;

  hdy_preferences_row_set_title (HDY_PREFERENCES_ROW (self->server_row),
                                 none            ? _ ("No company server")
                                 : *name != '\0' ? name
                                                 : lan_server_get_address (server));
  hdy_action_row_set_subtitle (self->server_row, status);
  gtk_widget_set_visible (self->join_button, none);
  gtk_widget_set_visible (self->leave_button, !none && !joining);
  gtk_widget_set_visible (GTK_WIDGET (self->account_row),
                          !none && *lan_server_get_login (server) != '\0');
  hdy_action_row_set_subtitle (self->account_row, lan_server_get_login (server));
  gtk_widget_set_visible (GTK_WIDGET (self->relay_row), !none && !joining);
  hdy_action_row_set_subtitle (self->relay_row, lan_server_get_has_relay (server)
                                                    ? _ ("Used only where no direct way exists")
                                                    : _ ("The server gives none at present"));
  gtk_widget_set_visible (GTK_WIDGET (self->warning_row), warning != NULL);
  hdy_action_row_set_subtitle (self->warning_row, warning != NULL ? warning : "");
}

static void
on_join (LanCompanyPage *self)
{
  g_action_group_activate_action (G_ACTION_GROUP (g_application_get_default ()), "join",
                                  g_variant_new_string (""));
}

static void
on_left (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!lan_server_leave_finish (LAN_SERVER (source), result, &error))
    g_warning ("leaving the server: %s", error->message);
}

static void
on_leave_confirmed (gpointer server)
{
  lan_server_leave_async (server, NULL, on_left, NULL);
}

static void
on_leave (LanCompanyPage *self)
{
  lan_confirm_ask (GTK_WIDGET (self), _ ("Leave the company's server?"),
                   _ ("Its directory is forgotten here, and nothing is left there for you any "
                      "more. Contacts and conversations stay. To come back you need a new "
                      "invitation."),
                   _ ("Leave"), on_leave_confirmed, lan_node_get_server (self->node));
}

static void
dispose (GObject *object)
{
  LanCompanyPage *self = LAN_COMPANY_PAGE (object);

  g_clear_object (&self->node);
  G_OBJECT_CLASS (lan_company_page_parent_class)->dispose (object);
}

static void
lan_company_page_class_init (LanCompanyPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/company-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LanCompanyPage, server_row);
  gtk_widget_class_bind_template_child (widget_class, LanCompanyPage, account_row);
  gtk_widget_class_bind_template_child (widget_class, LanCompanyPage, relay_row);
  gtk_widget_class_bind_template_child (widget_class, LanCompanyPage, warning_row);
  gtk_widget_class_bind_template_child (widget_class, LanCompanyPage, join_button);
  gtk_widget_class_bind_template_child (widget_class, LanCompanyPage, leave_button);
  gtk_widget_class_bind_template_callback (widget_class, on_join);
  gtk_widget_class_bind_template_callback (widget_class, on_leave);
}

static void
lan_company_page_init (LanCompanyPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
lan_company_page_set_node (LanCompanyPage *self, LanNode *node)
{
  self->node = g_object_ref (node);
  g_signal_connect_object (node, "server-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}
