"""The console: pages for people, drawn from `cloud_hub.views`, served by NiceGUI inside the hub."""
