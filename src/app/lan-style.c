/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-style.h"

#include <handy.h>

#define SHEETS "/io/github/lanyard/Lanyard/ui/"

/* GTK resolves a named colour through all providers, so that style.css is parsed once and only the
 * small sheet of colours is exchanged. */
static GtkCssProvider *colors;
static GtkCssProvider *contrast;

static void
add (GtkCssProvider *provider)
{
  gtk_style_context_add_provider_for_screen (gdk_screen_get_default (),
                                             GTK_STYLE_PROVIDER (provider),
                                             GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static void
on_style_changed (HdyStyleManager *manager)
{
  gboolean dark = hdy_style_manager_get_dark (manager);
  gboolean high = hdy_style_manager_get_high_contrast (manager);

  gtk_css_provider_load_from_resource (colors,
                                       dark ? SHEETS "colors-dark.css" : SHEETS "colors-light.css");
  if (high)
    gtk_css_provider_load_from_resource (contrast, SHEETS "style-contrast.css");
  else
    gtk_css_provider_load_from_data (contrast, "", 0, NULL);
}

void
lan_style_init (void)
{
  HdyStyleManager *manager = hdy_style_manager_get_default ();
  g_autoptr (GtkCssProvider) rules = gtk_css_provider_new ();

  colors = gtk_css_provider_new ();
  contrast = gtk_css_provider_new ();
  on_style_changed (manager);
  gtk_css_provider_load_from_resource (rules, SHEETS "style.css");
  add (colors);
  add (rules);
  add (contrast);
  g_signal_connect (manager, "notify::dark", G_CALLBACK (on_style_changed), NULL);
  g_signal_connect (manager, "notify::high-contrast", G_CALLBACK (on_style_changed), NULL);
}

void
lan_style_set_look (LanLook look)
{
  static const HdyColorScheme schemes[] = { HDY_COLOR_SCHEME_PREFER_LIGHT,
                                            HDY_COLOR_SCHEME_FORCE_LIGHT,
                                            HDY_COLOR_SCHEME_FORCE_DARK };

  hdy_style_manager_set_color_scheme (hdy_style_manager_get_default (), schemes[look]);
}

int
lan_style_scale (GtkWidget *widget, int px)
{
  double dpi = gdk_screen_get_resolution (gtk_widget_get_screen (widget));

  return dpi > 96 ? (int) (px * MIN (dpi / 96, 2.5)) : px;
}
