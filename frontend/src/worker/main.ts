import { CustomLabels } from "./custom-labels";
import { serve } from "./serve";
import { viewing } from "./viewing";

serve((settings) => viewing(new CustomLabels(settings)));
