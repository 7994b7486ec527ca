import "./image-strip.css";
import type { Gallery, GalleryImage } from "../core/gallery";

interface ImageStripProps {
  readonly gallery: Gallery;
  /** What to say below an image. */
  readonly note: (image: GalleryImage) => string | null;
  readonly onSelect: (id: number) => void;
}

/** The images in a row, to choose the one to look at. */
export function ImageStrip({ gallery, note, onSelect }: ImageStripProps) {
  return (
    <ul class="strip" aria-label="Images">
      {gallery.images.map((image) => (
        <li key={image.id}>
          <button
            type="button"
            aria-pressed={image.id === gallery.selected}
            onClick={() => onSelect(image.id)}
          >
            {image.preparation.status === "ready" ? (
              <img src={image.preparation.thumbnail} alt="" loading="lazy" />
            ) : (
              <i class={image.preparation.status === "failed" ? "no-thumbnail" : "skeleton"} />
            )}
            <bdi>{image.name}</bdi>
            <small class="muted">{note(image)}</small>
          </button>
        </li>
      ))}
    </ul>
  );
}
