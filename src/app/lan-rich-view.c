/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-rich-view.h"

#include "lan-rich.h"

#include <string.h>

struct _LanRichView {
  GtkEventBox parent;
  char *text; /* NULL: words of ours are shown */
  char **names;
  LanRich *rich;
  GtkBox *box;
};

static guint link_signal;

G_DEFINE_TYPE (LanRichView, lan_rich_view, GTK_TYPE_EVENT_BOX)

static void
insert (PangoAttrList *list, PangoAttribute *attribute, const LanRichSpan *span)
{
  attribute->start_index = span->start;
  attribute->end_index = span->end;
  pango_attr_list_insert (list, attribute);
}

/* Links and calls have the colour that the style sheet gives to links in this place. */
static PangoAttribute *
link_colour (GtkWidget *widget)
{
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  GdkRGBA colour;

  gtk_style_context_save (context);
  gtk_style_context_set_state (context, GTK_STATE_FLAG_LINK);
  gtk_style_context_get_color (context, GTK_STATE_FLAG_LINK, &colour);
  gtk_style_context_restore (context);
  return pango_attr_foreground_new ((guint16) (colour.red * 65535),
                                    (guint16) (colour.green * 65535),
                                    (guint16) (colour.blue * 65535));
}

static void
insert_look (PangoAttrList *list, GtkWidget *widget, const LanRichSpan *span)
{
  switch (span->look) {
  case LAN_RICH_BOLD:
    insert (list, pango_attr_weight_new (PANGO_WEIGHT_BOLD), span);
    break;
  case LAN_RICH_ITALIC:
    insert (list, pango_attr_style_new (PANGO_STYLE_ITALIC), span);
    break;
  case LAN_RICH_STRIKE:
    insert (list, pango_attr_strikethrough_new (TRUE), span);
    break;
  case LAN_RICH_CODE:
    insert (list, pango_attr_family_new ("monospace"), span);
    break;
  case LAN_RICH_LINK:
    insert (list, pango_attr_underline_new (PANGO_UNDERLINE_SINGLE), span);
    insert (list, link_colour (widget), span);
    break;
  case LAN_RICH_MENTION:
    insert (list, pango_attr_weight_new (PANGO_WEIGHT_SEMIBOLD), span);
    insert (list, link_colour (widget), span);
    break;
  default:
    break;
  }
}

/* Again when the theme changes. */
static void
set_looks (GtkWidget *label)
{
  const LanRichBlock *block = g_object_get_data (G_OBJECT (label), "block");
  PangoAttrList *list;

  if (block == NULL || block->spans->len == 0)
    return;
  list = pango_attr_list_new ();
  for (guint i = 0; i < block->spans->len; i++)
    insert_look (list, label, &g_array_index (block->spans, LanRichSpan, i));
  gtk_label_set_attributes (GTK_LABEL (label), list);
  pango_attr_list_unref (list);
}

static void
on_copy_code (GtkWidget *button, gpointer label)
{
  gtk_clipboard_set_text (gtk_widget_get_clipboard (button, GDK_SELECTION_CLIPBOARD),
                          gtk_label_get_text (label), -1);
}

static void
add_block (LanRichView *self, LanRichBlock *block)
{
  static const char *const resources[] = { "rich-text.ui", "rich-quote.ui", "rich-code.ui" };
  g_autofree char *path =
      g_strconcat ("/io/github/lanyard/Lanyard/ui/", resources[block->kind], NULL);
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource (path);
  GtkWidget *label = GTK_WIDGET (gtk_builder_get_object (builder, "label"));
  GObject *frame = gtk_builder_get_object (builder, "block");
  GObject *button = gtk_builder_get_object (builder, "copy_button");

  gtk_container_add (GTK_CONTAINER (self->box), frame != NULL ? GTK_WIDGET (frame) : label);
  gtk_label_set_text (GTK_LABEL (label), block->text);
  g_object_set_data (G_OBJECT (label), "block", block);
  set_looks (label);
  if (block->spans->len > 0)
    g_signal_connect (label, "style-updated", G_CALLBACK (set_looks), NULL);
  if (button != NULL)
    g_signal_connect_object (button, "clicked", G_CALLBACK (on_copy_code), label, 0);
}

static void
clear (LanRichView *self)
{
  gtk_container_foreach (GTK_CONTAINER (self->box), (GtkCallback) (void *) gtk_widget_destroy,
                         NULL);
  g_clear_pointer (&self->rich, lan_rich_free);
}

void
lan_rich_view_set_text (LanRichView *self, const char *text, const char *const *names,
                        gboolean formats)
{
  char *kept = g_strdup (text);

  clear (self);
  g_free (self->text);
  self->text = kept;
  if (names != (const char *const *) self->names) {
    g_strfreev (self->names);
    self->names = g_strdupv ((char **) names);
  }
  self->rich = formats ? lan_rich_parse (kept, names) : lan_rich_as_typed (kept, names);
  for (guint i = 0; i < self->rich->blocks->len; i++)
    add_block (self, g_ptr_array_index (self->rich->blocks, i));
}

void
lan_rich_view_set_words (LanRichView *self, const char *words)
{
  g_autoptr (GList) children = NULL;

  lan_rich_view_set_text (self, words, NULL, FALSE);
  g_clear_pointer (&self->text, g_free);
  children = gtk_container_get_children (GTK_CONTAINER (self->box));
  gtk_style_context_add_class (gtk_widget_get_style_context (children->data), "dim");
}

/* The menu of the message, not the one of the label. */
static gboolean
on_label_pressed (GtkWidget *label, GdkEventButton *event)
{
  if (!gdk_event_triggers_context_menu ((GdkEvent *) event))
    return FALSE;
  gtk_propagate_event (gtk_widget_get_parent (label), (GdkEvent *) event);
  return TRUE;
}

void
lan_rich_view_select (LanRichView *self)
{
  g_autoptr (GList) children = NULL;
  GtkLabel *label;

  if (self->text == NULL)
    return;
  lan_rich_view_set_text (self, self->text, (const char *const *) self->names, FALSE);
  children = gtk_container_get_children (GTK_CONTAINER (self->box));
  label = children->data;
  /* Colours of links cannot be read where it is marked. */
  g_object_set_data (G_OBJECT (label), "block", NULL);
  gtk_label_set_attributes (label, NULL);
  gtk_label_set_selectable (label, TRUE);
  g_signal_connect (label, "button-press-event", G_CALLBACK (on_label_pressed), NULL);
  gtk_widget_grab_focus (GTK_WIDGET (label));
  gtk_label_select_region (label, 0, -1);
}

GPtrArray *
lan_rich_view_get_links (LanRichView *self)
{
  return self->rich->links;
}

/* Returns: (nullable): the address at a place of the view. */
static const char *
link_at (LanRichView *self, double x, double y)
{
  g_autoptr (GList) children = gtk_container_get_children (GTK_CONTAINER (self->box));

  for (GList *l = children; l != NULL; l = l->next) {
    const LanRichBlock *block =
        GTK_IS_LABEL (l->data) ? g_object_get_data (l->data, "block") : NULL;
    int left, top, index, trailing, label_x, label_y;
    GtkAllocation place;

    if (block == NULL)
      continue;
    gtk_widget_get_allocation (l->data, &place);
    gtk_label_get_layout_offsets (l->data, &left, &top);
    if (!gtk_widget_translate_coordinates (GTK_WIDGET (self), l->data, (int) x, (int) y, &label_x,
                                           &label_y) ||
        !pango_layout_xy_to_index (gtk_label_get_layout (l->data),
                                   (label_x + place.x - left) * PANGO_SCALE,
                                   (label_y + place.y - top) * PANGO_SCALE, &index, &trailing))
      continue;
    for (guint i = 0; i < block->spans->len; i++) {
      const LanRichSpan *span = &g_array_index (block->spans, LanRichSpan, i);

      if (span->look == LAN_RICH_LINK && (guint) index >= span->start && (guint) index < span->end)
        return g_ptr_array_index (self->rich->links, span->link);
    }
  }
  return NULL;
}

static gboolean
button_release_event (GtkWidget *widget, GdkEventButton *event)
{
  LanRichView *self = LAN_RICH_VIEW (widget);
  const char *link = event->button == GDK_BUTTON_PRIMARY && self->rich->links->len > 0
                         ? link_at (self, event->x, event->y)
                         : NULL;

  if (link == NULL)
    return FALSE;
  g_signal_emit (self, link_signal, 0, link);
  return TRUE;
}

static gboolean
motion_notify_event (GtkWidget *widget, GdkEventMotion *event)
{
  LanRichView *self = LAN_RICH_VIEW (widget);
  g_autoptr (GdkCursor) cursor = NULL;

  if (self->rich->links->len == 0)
    return FALSE;
  if (link_at (self, event->x, event->y) != NULL)
    cursor = gdk_cursor_new_from_name (gtk_widget_get_display (widget), "pointer");
  gdk_window_set_cursor (event->window, cursor);
  return FALSE;
}

static void
finalize (GObject *object)
{
  LanRichView *self = LAN_RICH_VIEW (object);

  g_clear_pointer (&self->rich, lan_rich_free);
  g_strfreev (self->names);
  g_free (self->text);
  G_OBJECT_CLASS (lan_rich_view_parent_class)->finalize (object);
}

static void
lan_rich_view_class_init (LanRichViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = finalize;
  widget_class->button_release_event = button_release_event;
  widget_class->motion_notify_event = motion_notify_event;
  link_signal = g_signal_new ("link", LAN_TYPE_RICH_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/rich-view.ui");
  gtk_widget_class_bind_template_child (widget_class, LanRichView, box);
}

static void
lan_rich_view_init (LanRichView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_add_events (GTK_WIDGET (self), GDK_POINTER_MOTION_MASK | GDK_BUTTON_RELEASE_MASK);
  self->rich = lan_rich_as_typed ("", NULL);
}
