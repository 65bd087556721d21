package io.taskstatus.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** Every direct dependency has a line that says what it is there for, and no line is left over. */
class DependencyListTest {
    /** An artifactId, with the groupId in front where two share it. */
    private static final Pattern ROW = Pattern.compile("^\\| `(?:[^`]+:)?([^`]+)` \\|", Pattern.MULTILINE);

    @Test
    void theListNamesWhatThePomHas() throws Exception {
        assertThat(listed()).containsExactlyInAnyOrderElementsOf(direct());
    }

    private static List<String> listed() throws IOException {
        return ROW.matcher(Files.readString(Path.of("docs", "dependencies.md")))
                .results()
                .map(row -> row.group(1))
                .toList();
    }

    /** One for each dependency: two may share an artifactId. */
    private static List<String> direct() throws Exception {
        Element project = DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(Path.of("pom.xml").toFile())
                .getDocumentElement();
        return children(project, "dependencies").stream()
                .flatMap(list -> children(list, "dependency").stream())
                .map(one -> children(one, "artifactId").getFirst().getTextContent())
                .toList();
    }

    private static List<Element> children(Element parent, String name) {
        NodeList nodes = parent.getChildNodes();
        return java.util.stream.IntStream.range(0, nodes.getLength())
                .mapToObj(nodes::item)
                .filter(node -> node.getNodeType() == Node.ELEMENT_NODE
                        && node.getNodeName().equals(name))
                .map(Element.class::cast)
                .toList();
    }
}
