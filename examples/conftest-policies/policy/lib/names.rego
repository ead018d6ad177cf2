package lib.names

shown(object) = name {
  name := sprintf("%s/%s", [lower(object.kind), object.metadata.name])
}
