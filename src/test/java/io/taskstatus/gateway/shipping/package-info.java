/** What is shipped beside the program: images, Kubernetes manifests, rules and dashboards. */
@NullMarked
package io.taskstatus.gateway.shipping;

import org.jspecify.annotations.NullMarked;
