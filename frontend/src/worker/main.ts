import { CustomLabels } from "./aws";
import { serve } from "./serve";
import { viewing } from "./viewing";

serve((settings) => viewing(new CustomLabels(settings)));
