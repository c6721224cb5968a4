import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'console/dist/',
      'console/src/api/schema.d.ts',
      'test/support/api-types.ts',
      'node_modules/',
      'coverage/',
      'data/',
      '.cache/',
    ],
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [js.configs.recommended, ...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Nest modules are classes that hold nothing but their decorator.
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-floating-promises': 'error',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    // Tests look into JSON answers, whose shape is what they assert.
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
    },
  },
  {
    // What a registry says is text: nothing in the console makes markup of it. Words come from messages/.
    files: ['console/src/**/*.ts', 'console/src/**/*.tsx'],
    rules: {
      // Props are functions written as methods.
      '@typescript-eslint/unbound-method': 'off',
      'no-restricted-properties': ['error', { property: 'innerHTML' }, { property: 'outerHTML' }],
      'no-restricted-imports': [
        'error',
        { name: 'react', importNames: ['lazy'], message: 'It waits for 0.3 s: see lazily.tsx.' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: 'Text only.' },
        { selector: 'JSXText[value=/[A-Za-z]{2,}/]', message: 'Words belong into messages/.' },
        {
          selector:
            ':not(JSXAttribute) > JSXExpressionContainer > Literal[value=/[A-Za-z]{2,}/], :not(JSXAttribute) > JSXExpressionContainer > ConditionalExpression > Literal[value=/[A-Za-z]{2,}/]',
          message: 'Words belong into messages/.',
        },
        {
          selector:
            'JSXAttribute[name.name=/^(?:title|placeholder|aria-label|alt)$/] > Literal[value=/[A-Za-z]/]',
          message: 'Words belong into messages/.',
        },
      ],
    },
  },
  {
    // A host application prints what it likes.
    files: ['test/host/app/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    extends: [js.configs.recommended],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        document: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        fetch: 'readonly',
        URL: 'readonly',
        AbortSignal: 'readonly',
        Buffer: 'readonly',
      },
    },
  },
);
