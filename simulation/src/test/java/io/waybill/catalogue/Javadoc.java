package io.waybill.catalogue;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.LinkTree;
import com.sun.source.doctree.LiteralTree;
import com.sun.source.doctree.ParamTree;
import com.sun.source.doctree.ReferenceTree;
import com.sun.source.doctree.TextTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.PackageTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/** What the sources say of types, their components and their constants, as Markdown. Class files say nothing of it. */
final class Javadoc {

    private final Map<String, String> said = new HashMap<>();

    /** Reads the comments of all sources below some folders. */
    Javadoc(List<Path> folders) throws IOException {
        for (Path folder : folders) {
            read(folder);
        }
    }

    private void read(Path sources) throws IOException {
        JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "a JDK, not a JRE");
        try (var files = compiler.getStandardFileManager(null, null, null);
                var paths = Files.walk(sources)) {
            var java = paths.filter(path -> path.toString().endsWith(".java")).toList();
            var task = (JavacTask) compiler.getTask(
                    null, files, null, List.of("-proc:none"), null, files.getJavaFileObjectsFromPaths(java));
            var comments = new Comments(DocTrees.instance(task));
            comments.scan(task.parse(), "");
        }
    }

    /** What is said of a type; empty if nothing is. */
    String of(Class<?> type) {
        return said.getOrDefault(type.getName(), "");
    }

    /** What is said of a package; empty if nothing is. */
    String ofPackage(String name) {
        return said.getOrDefault(name, "");
    }

    /** What is said of a record's component or an enum's constant; empty if nothing is. */
    String of(Class<?> type, String member) {
        return said.getOrDefault(type.getName() + "#" + member, "");
    }

    /** Goes through all types, given what the binary names of those inside begin with, and keeps what is said. */
    private final class Comments extends TreePathScanner<@Nullable Void, String> {

        private final DocTrees trees;

        Comments(DocTrees trees) {
            this.trees = trees;
        }

        @Override
        public @Nullable Void visitCompilationUnit(CompilationUnitTree unit, String prefix) {
            return super.visitCompilationUnit(unit, unit.getPackageName() + ".");
        }

        @Override
        public @Nullable Void visitPackage(PackageTree named, String prefix) {
            keep(named.getPackageName().toString());
            return null;
        }

        @Override
        public @Nullable Void visitClass(ClassTree type, String prefix) {
            String name = prefix + type.getSimpleName();
            keep(name);
            return super.visitClass(type, name + "$");
        }

        @Override
        public @Nullable Void visitVariable(VariableTree variable, String prefix) {
            if (getCurrentPath().getParentPath().getLeaf() instanceof ClassTree) {
                keep(prefix.substring(0, prefix.length() - 1) + "#" + variable.getName());
            }
            return null;
        }

        private void keep(String name) {
            DocCommentTree comment = trees.getDocCommentTree(getCurrentPath());
            if (comment == null) {
                return;
            }
            said.put(name, text(comment.getFullBody()));
            for (DocTree tag : comment.getBlockTags()) {
                if (tag instanceof ParamTree param) {
                    said.put(name + "#" + param.getName(), text(param.getDescription()));
                }
            }
        }
    }

    private static String text(List<? extends DocTree> trees) {
        return trees.stream()
                .map(Javadoc::text)
                .collect(Collectors.joining())
                .replaceAll("\\s+", " ")
                .strip();
    }

    private static String text(DocTree tree) {
        return switch (tree) {
            case TextTree text -> text.getBody();
            case LiteralTree literal -> "`" + literal.getBody().getBody() + "`";
            case LinkTree link -> "`" + name(link.getReference()) + "`";
            default -> " ";
        };
    }

    private static String name(ReferenceTree reference) {
        return reference.getSignature().replace('#', '.');
    }
}
