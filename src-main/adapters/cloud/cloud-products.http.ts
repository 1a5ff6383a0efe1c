import * as z from 'zod';
import type { CloudProducts } from '../../ports/cloud-products.ts';
import { askBySdk } from './ask-by-sdk.ts';
import { badAnswer, boundedText, checkedAnswer, presentAnswer } from './checked-answer.ts';
import type { Send } from './cloud-sender.ts';
import { pageMeta } from './list-page.ts';
import {
  cloudProductDetailOf,
  productDetailAnswer,
  productList,
  teamList,
  teamMembersOf,
} from './product-detail-answer.ts';

/**
 * Products and the people of a product (cloud-api.md 2.10); rejections as in ports/cloud-products.ts. The list goes beside the SDK, whose
 * own takes another address than the reference (2.10), and so do the customers, which it drops from its type of the devices.
 */
export function cloudProducts(send: Send): CloudProducts {
  return {
    async list(options) {
      const received = presentAnswer(await send({ method: 'GET', path: '/v1/user/products' }, options));
      return checkedAnswer(productList, received).products.map(cloudProductDetailOf);
    },

    async detail(productId, options) {
      const received = presentAnswer(await askBySdk(send, options, (sdk) => sdk.getProduct({ product: productId })));
      const { product } = checkedAnswer(productDetailAnswer, received);
      const detail = cloudProductDetailOf(product);
      if (detail.id !== productId) throw badAnswer(`it is about product ${detail.id}, not ${productId}`, received);
      return detail;
    },

    async team(productId, options) {
      const received = presentAnswer(
        await askBySdk(send, options, (sdk) => sdk.listTeamMembers({ product: productId })),
      );
      return teamMembersOf(checkedAnswer(teamList, received));
    },

    async countCustomers(productId, options) {
      const path = `/v1/products/${productId}/devices`;
      const known = new Set<string>();
      for (let page = 1, totalPages = 1; page <= totalPages; page += 1) {
        const query = { page, perPage: PER_PAGE, per_page: PER_PAGE };
        const received = presentAnswer(await send({ method: 'GET', path, query }, options));
        const { customers, meta } = checkedAnswer(customersOfPage, received);
        for (const { username } of customers) known.add(username.toLowerCase());
        totalPages = meta?.total_pages ?? 1;
      }
      return known.size;
    },
  };
}

const PER_PAGE = 200;

const customersOfPage = z.looseObject({
  customers: z.array(z.looseObject({ username: boundedText(200) })),
  meta: pageMeta,
});
