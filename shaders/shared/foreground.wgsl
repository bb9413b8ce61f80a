// The foreground layer: premultiplied RGBA, 16 bits a channel, so that opaque bytes come back as they were.

fn packForeground(colour: vec3f, opacity: f32) -> vec2u {
  let premultiplied = colour * opacity;
  return vec2u(pack2x16unorm(premultiplied.rg), pack2x16unorm(vec2f(premultiplied.b, opacity)));
}

fn unpackForeground(words: vec2u) -> vec4f {
  return vec4f(unpack2x16unorm(words.x), unpack2x16unorm(words.y));
}
